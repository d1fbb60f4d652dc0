// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.Document;
import dev.steward.message.RefusedException;

/** Whether this node has a command's method and would accept its arguments. */
public interface MethodCheck {
    void check(Document.Command command) throws RefusedException;
}
