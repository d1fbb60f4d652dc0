// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.OutputChunk;
import dev.steward.message.WireMessage;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A change of the ledger. */
public sealed interface LedgerWrite {
    record OfLink(LinkWrite write) implements LedgerWrite {}

    /** A node that is let in for the first time. */
    record PutNode(NodeName node, Instant at) implements LedgerWrite {}

    record PutFacts(NodeName node, String digest, JsonObject facts) implements LedgerWrite {}

    /** The node is frozen since then, or is no longer. */
    record PutFrozen(NodeName node, Optional<Instant> since) implements LedgerWrite {}

    /** How far the node's own audit log has come, by its word; empty where nobody of that name is let in any more. */
    record PutNodeAudit(NodeName node, Optional<AuditMark> mark, Instant at) implements LedgerWrite {}

    record PutLastHeard(NodeName node, Instant at) implements LedgerWrite {}

    /** A new command of an operator of that name; {@code total} executions follow. */
    record PutCommand(Document.Command document, String issuer, int total, Instant at) implements LedgerWrite {}

    /** The exact bytes of one part of a command, signatures included. */
    record PutDocument(CommandId id, int part, byte[] bytes) implements LedgerWrite {}

    /** A cancel that was accepted for one node; a later one, or the same in another message, takes its place. */
    record PutCancel(NodeName node, StationStore.KeptCancel cancel) implements LedgerWrite {}

    /** The node has refused the cancel that is kept for it. */
    record ForgetCancel(NodeName node, CommandId command) implements LedgerWrite {}

    /** A part of a command with more signatures than before. */
    record PutSignatures(CommandId id, int part, byte[] bytes) implements LedgerWrite {}

    /** Who has signed a command that is or was held, and how many must. */
    record PutSigners(CommandId id, List<String> names, int needed) implements LedgerWrite {}

    /** A document that waits for signatures of authorities, new or with more of them. */
    record PutHeldDocument(HeldDocument document) implements LedgerWrite {}

    record DeleteHeldDocument(HeldId id) implements LedgerWrite {}

    /** The message that carries a command which was held. */
    record PutMessageId(Execution execution) implements LedgerWrite {}

    /** A new execution, and its first transition. */
    record PutExecution(Execution execution, long seq, NodeName saidBy) implements LedgerWrite {}

    record PutTransition(Transition transition) implements LedgerWrite {}

    /** Output that arrived; {@code execution} already counts it. */
    record PutOutput(long seq, Execution execution, int attempt, OutputChunk chunk) implements LedgerWrite {}

    /** A new list of operators, signed. */
    record PutOperators(long number, byte[] signed) implements LedgerWrite {}

    /** A token, new or used. */
    record PutToken(Token token) implements LedgerWrite {}

    record DeleteToken(CommandId id) implements LedgerWrite {}

    record PutApiToken(ApiToken token) implements LedgerWrite {}

    /** It is good no more, for it was revoked or has expired. */
    record RevokeApiToken(CommandId id, Instant at) implements LedgerWrite {}

    /** Nobody may log in at the broker with this key any more; after {@code until} nobody could anyway. */
    record PutShutOut(VerificationKey login, Instant until) implements LedgerWrite {}

    /** Forgets those that nobody could log in with anyway. */
    record ForgetShutOut(Instant before) implements LedgerWrite {}

    /** A machine has asked to become a node; {@code signed} is how it said so. */
    record PutEnrolment(EnrolmentRequest request, byte[] signed, Instant at) implements LedgerWrite {}

    /** A request that is answered, or whose token is gone. */
    record DeleteEnrolment(KeyId key) implements LedgerWrite {}

    /** The newest record of a node's key, signed. */
    record PutNodeRecord(NodeRecord record, byte[] signed, Optional<byte[]> former) implements LedgerWrite {}

    /** A generation above the station's own has spoken to a node: the next start takes one above it. */
    record PutGeneration(long generation) implements LedgerWrite {}

    /** Something that a node told besides executions. */
    record PutEvent(NodeName node, String source, String text, Instant at, Instant receivedAt) implements LedgerWrite {}

    /** The next entry of the audit log: its exact bytes, and the hash that covers all before it. */
    record PutAudit(long number, byte[] entry, AuditHash hash) implements LedgerWrite {}

    /** How far the audit log has come, signed. */
    record PutAuditHead(long number, AuditHash hash, byte[] signed) implements LedgerWrite {}

    /** Keeps what could not be read, for inspection. */
    record Quarantine(WireMessage message, String reason, Instant at) implements LedgerWrite {}
}
