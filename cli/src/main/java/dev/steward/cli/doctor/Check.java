// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import dev.steward.cli.terminal.Failure;
import java.util.List;

/** Looks at one thing. */
interface Check {
    /**
     * What is weak there; nothing where all is well.
     *
     * @throws Failure where the station can't be asked; what lies on this machine never fails, but is a finding
     */
    List<Finding> findings() throws Failure;
}
