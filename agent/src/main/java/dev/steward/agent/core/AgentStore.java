// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.CommandId;
import dev.steward.message.Subject;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.LinkStore;
import java.util.List;
import java.util.Optional;

/** What the agent's core reads of its journal; a read sees every write that went out before it. */
public interface AgentStore extends LinkStore {
    Optional<StoredExecution> execution(CommandId id);

    /** Whether a cancel of the execution was recorded. */
    boolean isCanceled(CommandId id);

    /** Bytes of streamed output of a running execution that the outbox had no room for. */
    long droppedBytes(CommandId id);

    /** Every execution that has not ended, in order of receipt. */
    List<StoredExecution> open();

    long lastOutboxPosition();

    long lastExecutionPosition();

    /** Bytes of streamed output that wait in the outbox. */
    long bulkBytes();

    /** How many messages on a subject wait in the outbox. */
    long waiting(Subject subject);

    /** Whether the station was last told that space is low. */
    boolean isLow();

    /** The signed list of operators in force, where there is one. */
    Optional<byte[]> operators();

    /** The end of this node's audit log. */
    AuditMark auditMark();

    /** How far the station's audit log had come; empty where it has never said. */
    Optional<AuditMark> stationAudit();

    /** The highest generation of the station heard so far, 0 for none. */
    long generation();
}
