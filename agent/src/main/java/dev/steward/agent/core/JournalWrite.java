// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.CommandId;
import dev.steward.message.OutputStreamName;
import dev.steward.message.WireMessage;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.LinkWrite;
import java.time.Instant;

/** A change of the agent's journal. */
public sealed interface JournalWrite {
    record OfLink(LinkWrite write) implements JournalWrite {}

    /** Inserts or replaces. */
    record PutExecution(StoredExecution execution) implements JournalWrite {}

    /** The main process of a start, so that it can be found after a crash. */
    record PutSpawned(CommandId id, long pid, long startTicks) implements JournalWrite {}

    /** A running execution was canceled; it must not run again, whatever happens before it has stopped. */
    record PutCanceled(CommandId id) implements JournalWrite {}

    /** A piece of streamed output that the outbox had no room for; a repetition changes nothing. */
    record PutDropped(CommandId id, OutputStreamName stream, long offset, int bytes) implements JournalWrite {}

    /** Forgets executions that ended before {@code endedBefore} and could not have started after {@code now}. */
    record ForgetEnded(Instant endedBefore, Instant now) implements JournalWrite {}

    /** The station is told that space is low, or is no longer. */
    record PutLow(boolean low) implements JournalWrite {}

    /** A signed list of operators comes into force. */
    record PutOperators(byte[] signed) implements JournalWrite {}

    /** The highest generation of the station heard so far. */
    record PutGeneration(long generation) implements JournalWrite {}

    /**
     * The next entry of this node's audit log: its exact bytes, and the hash that covers all before it. What is too old to be
     * kept goes; of the newest of that the hash stays.
     */
    record PutAudit(long number, byte[] entry, AuditHash hash) implements JournalWrite {}

    /** How far the station's audit log has come, as it says itself. */
    record PutStationAudit(AuditMark mark) implements JournalWrite {}

    /** Keeps what could not be read, for inspection. */
    record Quarantine(WireMessage message, String reason, Instant at) implements JournalWrite {}
}
