// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.audit.AuditHash;
import dev.steward.message.link.Now;
import java.util.Optional;

/** Signs how far the audit log has come. */
public interface HeadSigner {
    /** The signed head; empty where the station does not know yet of which fleet it is. */
    Optional<byte[]> sign(Now now, long number, AuditHash hash);
}
