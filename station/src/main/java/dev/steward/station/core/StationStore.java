// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.NodeName;
import dev.steward.message.OutputStreamName;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkStore;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What the station's core reads of its ledger; a read sees every write that went out before it. */
public interface StationStore extends LinkStore {
    /**
     * A known node.
     *
     * @param factsDigest of the facts stored for it, empty for none
     * @param frozenSince empty where it is not frozen
     * @param audit how far its own audit log had come; empty where it has not said
     */
    record KnownNode(NodeName name, String factsDigest, Optional<Instant> frozenSince, Optional<AuditMark> audit) {}

    /**
     * An accepted cancel.
     *
     * @param messageId of the link message that carried it last
     */
    record KeptCancel(Document.Cancel document, byte[] bytes, String messageId) {}

    /** A key with which nobody may log in at the broker any more, and the time after which nobody could anyway. */
    record KeyOut(VerificationKey login, Instant until) {}

    /**
     * Of a node's key.
     *
     * @param signed the newest record
     * @param former the one whose keys the node has spoken with last, where those of the newest are others
     */
    record KeptRecord(byte[] signed, Optional<byte[]> former) {}

    /**
     * The end of the audit log.
     *
     * @param number of the last entry, 0 where there is none
     * @param signed the number of the last entry with a signed head, 0 where there is none
     */
    record AuditTail(long number, AuditHash hash, long signed) {}

    List<KnownNode> nodes();

    AuditTail auditTail();

    Optional<Execution> execution(CommandId command, NodeName node);

    /** The nodes that a command was ordered for; empty where it is not known. */
    List<NodeName> targets(CommandId command);

    /** The stored bytes of a part of a command. */
    Optional<byte[]> document(CommandId command, int part);

    /** How many parts a stored command has, 0 where it is not known. */
    int parts(CommandId command);

    /** Commands that wait for signatures on some node, oldest first. */
    List<CommandId> held();

    /** Lists of operators and records of nodes that wait for signatures, in the order in which they came. */
    List<HeldDocument> heldDocuments();

    /** The executions of a command that wait for signatures. */
    List<Execution> heldExecutions(CommandId command);

    /** What the node has recorded and not told the end of, in order of command. */
    List<Execution> inFlight(NodeName node);

    /** The execution that a message to a node has ordered. */
    Optional<Execution> executionOf(NodeName node, String messageId);

    /** Executions that should have started before {@code now} and whose node has not confirmed anything. */
    List<Execution> overdue(Instant now, int limit);

    /** The entry that carries a message, where it was never sent. */
    Optional<OutboxEntry> unsent(NodeName node, String messageId);

    boolean isInOutbox(NodeName node, Lane lane, String messageId);

    Optional<KeptCancel> cancel(CommandId command, NodeName node);

    /** The bytes of the cancel document with this id, where one is kept. */
    Optional<byte[]> cancelBytes(CommandId id);

    /** The newest signed list of operators, where there is one. */
    Optional<byte[]> operators();

    List<Token> tokens();

    /** Those that were not revoked, in the order in which they were made. */
    List<ApiToken> apiTokens();

    /** Whether there is, or was, an API token with this id or this hash. */
    boolean isKnownApiToken(CommandId id, String hash);

    /** The keys with which nobody may log in at the broker any more. */
    List<KeyOut> shutOut();

    /** The signed requests of machines that wait to become nodes. */
    List<byte[]> enrolments();

    /** What is kept of each node's key. */
    List<KeptRecord> nodeRecords();

    boolean hasOutput(CommandId command, NodeName node, int attempt, OutputStreamName stream, long offset);

    /** Bytes of output that are there of one start. */
    long outputBytes(CommandId command, NodeName node, int attempt);

    long lastOutboxPosition();

    /** The highest number given to a transition or an output. */
    long lastSeq();
}
