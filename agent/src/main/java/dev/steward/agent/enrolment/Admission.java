// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.enrolment;

import java.nio.file.Path;

/** A node that was let in: whom it speaks to and as whom, and with which keys. */
public record Admission(Enrolment enrolment, NodeKeys keys) {
    /** Writes what an enrolment leaves; that it has come to its end is written last. */
    void write(Path folder) {
        keys.writeLogin(folder);
        enrolment.write(folder);
    }
}
