// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.ledger;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.OutputStreamName;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.Json;
import dev.steward.message.link.Lane;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.Execution;
import dev.steward.station.core.HeldDocument;
import dev.steward.station.core.HeldId;
import dev.steward.station.core.LedgerWrite;
import dev.steward.station.core.StationStore;
import dev.steward.station.core.Token;
import dev.steward.station.core.Transition;
import dev.steward.store.Database;
import dev.steward.store.SqliteLinkStore;
import dev.steward.store.StoreException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The station's durable record, as its loop writes and reads it: one SQLite file, one thread. */
public final class Ledger implements StationStore, AutoCloseable {
    /** Lists of operators kept; older ones make room. */
    private static final int OPERATOR_LISTS = 100;

    /** Events kept; older ones make room. */
    private static final int EVENT_ROWS = 100_000;

    /** Eras kept; who last read in an older one reads from the beginning. */
    private static final int ERAS = 1_000;

    private final Database database;
    private final SqliteLinkStore links;

    private Ledger(Database database) {
        this.database = database;
        this.links = new SqliteLinkStore(database);
    }

    public static Ledger open(Path folder) {
        return new Ledger(Database.open(file(folder), Schema.MIGRATIONS));
    }

    static Path file(Path folder) {
        return folder.resolve("ledger.db");
    }

    public void begin() {
        database.begin();
    }

    public void commit() {
        database.commit();
    }

    /**
     * The generation of a new start: above every earlier one of this ledger and every one that a node has spoken of, and
     * by the clock also above those of a ledger from which this one was restored.
     */
    public long raiseGeneration(Instant now) {
        long next = Math.max(lastGeneration() + 1, now.getEpochSecond());
        putMeta("generation", Long.toString(next));
        return next;
    }

    /**
     * Begins an era: the events of one start of the station. Its random name tells them from those that another history
     * of this ledger has under the same numbers, before it was restored or after.
     */
    public void beginEra(String name) {
        database.execute("INSERT INTO era (name, first_seq) VALUES (?,?)", name, lastSeq() + 1);
        database.execute("DELETE FROM era WHERE position <= (SELECT max(position) FROM era) - ?", ERAS);
    }

    /** The public key of the station's links, as the nodes of this ledger know it. */
    public Optional<String> linkKey() {
        return meta("link-key");
    }

    public void putLinkKey(String key) {
        putMeta("link-key", key);
    }

    /** The place in the mailbox up to which everything is recorded; 0 in another incarnation of it. */
    public long mailboxPosition(String incarnation) {
        return meta("mailbox.incarnation").filter(incarnation::equals).isPresent()
                ? meta("mailbox.position").map(Long::parseLong).orElse(0L)
                : 0;
    }

    public void putMailboxPosition(String incarnation, long position) {
        putMeta("mailbox.incarnation", incarnation);
        putMeta("mailbox.position", Long.toString(position));
    }

    public void apply(LedgerWrite write) {
        switch (write) {
            case LedgerWrite.OfLink(var linkWrite) -> links.apply(linkWrite);
            case LedgerWrite.PutNode(NodeName node, Instant at) ->
                database.execute("INSERT INTO node (name, first_seen_at) VALUES (?,?)", node.value(), Times.text(at));
            case LedgerWrite.PutFacts(NodeName node, String digest, var facts) ->
                database.execute(
                        "UPDATE node SET facts_digest = ?, facts = ? WHERE name = ?",
                        digest,
                        Json.text(Map.of("facts", facts)),
                        node.value());
            case LedgerWrite.PutLastHeard(NodeName node, Instant at) ->
                database.execute("UPDATE node SET last_heard_at = ? WHERE name = ?", Times.text(at), node.value());
            case LedgerWrite.PutFrozen(NodeName node, var since) ->
                database.execute(
                        "UPDATE node SET frozen_at = ? WHERE name = ?",
                        since.map(Times::text).orElse(null),
                        node.value());
            case LedgerWrite.PutNodeAudit(NodeName node, var mark, Instant at) ->
                database.execute(
                        "UPDATE node SET audit_number = ?, audit_hash = ?, audit_at = ? WHERE name = ?",
                        mark.map(AuditMark::number).orElse(null),
                        mark.map(each -> each.hash().hex()).orElse(null),
                        mark.isPresent() ? Times.text(at) : null,
                        node.value());
            case LedgerWrite.PutCommand(Document.Command document, String issuer, int total, Instant at) ->
                database.execute(
                        """
                        INSERT INTO command (id, method, domain, arguments, issuer, ordered_at, start_before, timeout_ms,
                          repeatable, dry_run, issuer_key, parts, total, unfinished, unsuccessful)
                        VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,0)
                        """,
                        document.id().toString(),
                        document.method(),
                        document.domain(),
                        Json.text(Map.of("arguments", document.arguments())),
                        issuer,
                        Times.text(at),
                        Times.text(document.startBefore()),
                        document.timeout().map(value -> value.toMillis()).orElse(null),
                        document.repeatable(),
                        document.dryRun(),
                        document.issuer().value(),
                        document.parts(),
                        total,
                        total);
            case LedgerWrite.PutDocument(CommandId id, int part, byte[] bytes) ->
                database.execute(
                        "INSERT INTO document (command, part, bytes) VALUES (?,?,?)", id.toString(), part, bytes);
            case LedgerWrite.PutSignatures(CommandId id, int part, byte[] bytes) ->
                database.execute(
                        "UPDATE document SET bytes = ? WHERE command = ? AND part = ?", bytes, id.toString(), part);
            case LedgerWrite.PutSigners(CommandId id, var names, int needed) ->
                database.execute(
                        "UPDATE command SET signers = ?, needed = ? WHERE id = ?",
                        String.join(" ", names),
                        needed,
                        id.toString());
            case LedgerWrite.PutHeldDocument(HeldDocument document) ->
                database.execute(
                        """
                        INSERT INTO held_document (id, signed, signers, needed, held_at, ends_at) VALUES (?1,?2,?3,?4,?5,?6)
                        ON CONFLICT (id) DO UPDATE SET signed = ?2, signers = ?3, needed = ?4
                        """,
                        document.id().value(),
                        document.signed(),
                        String.join(" ", document.signers()),
                        document.needed(),
                        Times.text(document.heldAt()),
                        Times.text(document.endsAt()));
            case LedgerWrite.DeleteHeldDocument(HeldId id) ->
                database.execute("DELETE FROM held_document WHERE id = ?", id.value());
            case LedgerWrite.PutMessageId(Execution execution) ->
                database.execute(
                        "UPDATE execution SET message_id = ? WHERE command = ? AND node = ?",
                        execution.messageId(),
                        execution.command().toString(),
                        execution.node().value());
            case LedgerWrite.PutOperators(long number, byte[] signed) -> putOperators(number, signed);
            case LedgerWrite.ForgetCancel(NodeName node, CommandId command) ->
                database.execute(
                        "DELETE FROM cancel_target WHERE command = ? AND node = ?", command.toString(), node.value());
            case LedgerWrite.PutCancel(NodeName node, KeptCancel cancel) -> putCancel(node, cancel);
            case LedgerWrite.PutExecution(Execution execution, long seq, NodeName saidBy) -> {
                Rows.insert(database, execution);
                Instant at = execution.orderedAt();
                Rows.transition(database, new Transition(seq, execution, execution, saidBy, at, at, ""));
            }
            case LedgerWrite.PutTransition(Transition transition) -> {
                Rows.update(database, transition.after());
                Rows.transition(database, transition);
                count(transition.before(), transition.after());
            }
            case LedgerWrite.PutOutput(long seq, Execution execution, int attempt, var chunk) -> {
                database.execute(
                        "INSERT INTO output (seq, command, node, attempt, stream, offset, bytes) VALUES (?,?,?,?,?,?,?)",
                        seq,
                        execution.command().toString(),
                        execution.node().value(),
                        attempt,
                        chunk.stream().toString(),
                        chunk.offset(),
                        chunk.bytes());
                Rows.update(database, execution);
            }
            case LedgerWrite.PutToken(Token token) -> putToken(token);
            case LedgerWrite.DeleteToken(CommandId id) ->
                database.execute("DELETE FROM token WHERE id = ?", id.toString());
            case LedgerWrite.PutApiToken(ApiToken token) -> Rows.insert(database, token);
            case LedgerWrite.RevokeApiToken(CommandId id, Instant at) ->
                database.execute("UPDATE api_token SET revoked_at = ? WHERE id = ?", Times.text(at), id.toString());
            case LedgerWrite.PutShutOut(var login, Instant until) ->
                database.execute(
                        "INSERT INTO shut_out (login, until) VALUES (?1,?2) ON CONFLICT (login) DO UPDATE SET until = max(until, ?2)",
                        login.toString(),
                        Times.text(until));
            case LedgerWrite.ForgetShutOut(Instant before) ->
                database.execute("DELETE FROM shut_out WHERE until < ?", Times.text(before));
            case LedgerWrite.PutEnrolment(var request, byte[] signed, Instant at) ->
                database.execute("""
                        INSERT INTO enrolment (key, node, signed, requested_at) VALUES (?1,?2,?3,?4)
                        ON CONFLICT (key) DO UPDATE SET node = ?2, signed = ?3
                        """, request.issuer().value(), request.node().value(), signed, Times.text(at));
            case LedgerWrite.DeleteEnrolment(var key) ->
                database.execute("DELETE FROM enrolment WHERE key = ?", key.value());
            case LedgerWrite.PutNodeRecord(var record, byte[] signed, var former) ->
                database.execute(
                        """
                        INSERT INTO node_record (key, node, revoked, signed, former) VALUES (?1,?2,?3,?4,?5)
                        ON CONFLICT (key) DO UPDATE SET node = ?2, revoked = ?3, signed = ?4, former = ?5
                        """,
                        record.key().id().value(),
                        record.node().value(),
                        record.isRevoked(),
                        signed,
                        former.orElse(null));
            case LedgerWrite.PutGeneration(long generation) ->
                putMeta("generation", Long.toString(Math.max(lastGeneration(), generation)));
            case LedgerWrite.PutEvent event -> putEvent(event);
            case LedgerWrite.PutAudit(long number, byte[] entry, var hash) ->
                database.execute("INSERT INTO audit (number, entry, hash) VALUES (?,?,?)", number, entry, hash.hex());
            case LedgerWrite.PutAuditHead(long number, var hash, byte[] signed) ->
                database.execute("UPDATE audit SET head = ? WHERE number = ?", signed, number);
            case LedgerWrite.Quarantine quarantine -> putQuarantine(quarantine);
        }
    }

    @Override
    public AuditTail auditTail() {
        long signed = database.first(
                        "SELECT number FROM audit WHERE head IS NOT NULL ORDER BY number DESC LIMIT 1",
                        row -> row.getLong(1))
                .orElse(0L);
        return database.first(
                        "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1",
                        row -> new AuditTail(row.getLong(1), auditHash(row.getString(2)), signed))
                .orElse(new AuditTail(0, AuditHash.NONE, 0));
    }

    /** The hash that stands beside an entry of the audit log. */
    public Optional<String> auditHash(long number) {
        return database.first("SELECT hash FROM audit WHERE number = ?", row -> row.getString(1), number);
    }

    /** A damaged log goes on all the same: whoever verifies it is told where it broke. */
    private static AuditHash auditHash(String hex) {
        try {
            return AuditHash.parse(hex);
        } catch (RefusedException e) {
            return AuditHash.NONE;
        }
    }

    @Override
    public List<KnownNode> nodes() {
        return database.query(
                "SELECT name, facts_digest, frozen_at, audit_number, audit_hash FROM node ORDER BY name",
                row -> new KnownNode(
                        new NodeName(row.getString(1)),
                        row.getString(2),
                        Optional.ofNullable(row.getString(3)).map(Instant::parse),
                        row.getString(5) == null
                                ? Optional.empty()
                                : Optional.of(new AuditMark(row.getLong(4), auditHash(row.getString(5))))));
    }

    @Override
    public Optional<Execution> execution(CommandId command, NodeName node) {
        return database.first(
                "SELECT " + Rows.COLUMNS + " FROM execution WHERE command = ? AND node = ?",
                Rows::execution,
                command.toString(),
                node.value());
    }

    @Override
    public Optional<Execution> executionOf(NodeName node, String messageId) {
        return database.first(
                "SELECT " + Rows.COLUMNS + " FROM execution WHERE message_id = ? AND node = ?",
                Rows::execution,
                messageId,
                node.value());
    }

    @Override
    public List<NodeName> targets(CommandId command) {
        return database.query(
                "SELECT node FROM execution WHERE command = ?",
                row -> new NodeName(row.getString(1)),
                command.toString());
    }

    @Override
    public Optional<byte[]> document(CommandId command, int part) {
        return database.first(
                "SELECT bytes FROM document WHERE command = ? AND part = ?",
                row -> row.getBytes(1),
                command.toString(),
                part);
    }

    @Override
    public int parts(CommandId command) {
        return database.first("SELECT parts FROM command WHERE id = ?", row -> row.getInt(1), command.toString())
                .orElse(0);
    }

    @Override
    public List<Execution> inFlight(NodeName node) {
        return database.query(
                "SELECT " + Rows.COLUMNS
                        + " FROM execution WHERE node = ? AND state IN ('received', 'running') ORDER BY command",
                Rows::execution,
                node.value());
    }

    @Override
    public List<CommandId> held() {
        return database.query(
                "SELECT DISTINCT command FROM execution WHERE state = 'held' ORDER BY command",
                row -> commandId(row.getString(1)));
    }

    @Override
    public List<Execution> heldExecutions(CommandId command) {
        return database.query(
                "SELECT " + Rows.COLUMNS + " FROM execution WHERE command = ? AND state = 'held' ORDER BY node",
                Rows::execution,
                command.toString());
    }

    @Override
    public List<Execution> overdue(Instant now, int limit) {
        return database.query(
                "SELECT " + Rows.COLUMNS
                        + " FROM execution WHERE state IN ('queued', 'held') AND start_before < ? LIMIT ?",
                Rows::execution,
                Times.text(now),
                limit);
    }

    @Override
    public Optional<OutboxEntry> unsent(NodeName node, String messageId) {
        return links.unsent(node, Lane.CONTROL, messageId).stream().findFirst();
    }

    @Override
    public boolean isInOutbox(NodeName node, Lane lane, String messageId) {
        return links.isInOutbox(node, lane, messageId);
    }

    @Override
    public Optional<KeptCancel> cancel(CommandId command, NodeName node) {
        return database.first("""
                SELECT bytes, message_id FROM cancel_target JOIN cancel ON id = cancel
                WHERE command = ? AND node = ?
                """, Rows::cancel, command.toString(), node.value());
    }

    @Override
    public Optional<byte[]> cancelBytes(CommandId id) {
        return database.first("SELECT bytes FROM cancel WHERE id = ?", row -> row.getBytes(1), id.toString());
    }

    @Override
    public Optional<byte[]> operators() {
        return database.first("SELECT signed FROM operators ORDER BY position DESC LIMIT 1", row -> row.getBytes(1));
    }

    @Override
    public List<HeldDocument> heldDocuments() {
        return database.query(Rows.HELD_DOCUMENTS, Rows::heldDocument);
    }

    @Override
    public List<Token> tokens() {
        return database.query(Rows.TOKENS, Rows::token);
    }

    @Override
    public List<ApiToken> apiTokens() {
        return database.query(Rows.API_TOKENS, Rows::apiToken);
    }

    @Override
    public boolean isKnownApiToken(CommandId id, String hash) {
        return database.first("SELECT 1 FROM api_token WHERE id = ? OR hash = ?", row -> true, id.toString(), hash)
                .isPresent();
    }

    @Override
    public List<KeyOut> shutOut() {
        return database.query("SELECT login, until FROM shut_out ORDER BY login", Rows::shutOut);
    }

    @Override
    public List<byte[]> enrolments() {
        return database.query("SELECT signed FROM enrolment ORDER BY requested_at, key", row -> row.getBytes(1));
    }

    @Override
    public List<KeptRecord> nodeRecords() {
        return database.query(
                "SELECT signed, former FROM node_record ORDER BY key",
                row -> new KeptRecord(row.getBytes(1), Optional.ofNullable(row.getBytes(2))));
    }

    @Override
    public boolean hasOutput(CommandId command, NodeName node, int attempt, OutputStreamName stream, long offset) {
        return database.first(
                        "SELECT 1 FROM output WHERE command = ? AND node = ? AND attempt = ? AND stream = ? AND offset = ?",
                        row -> true,
                        command.toString(),
                        node.value(),
                        attempt,
                        stream.toString(),
                        offset)
                .isPresent();
    }

    @Override
    public long outputBytes(CommandId command, NodeName node, int attempt) {
        return database.first(
                        "SELECT coalesce(sum(length(bytes)), 0) FROM output WHERE command = ? AND node = ? AND attempt = ?",
                        row -> row.getLong(1),
                        command.toString(),
                        node.value(),
                        attempt)
                .orElse(0L);
    }

    @Override
    public long lastOutboxPosition() {
        return links.lastPosition();
    }

    @Override
    public long lastSeq() {
        return database.first(
                        "SELECT max(coalesce((SELECT max(seq) FROM transition), 0), coalesce((SELECT max(seq) FROM output), 0))",
                        row -> row.getLong(1))
                .orElse(0L);
    }

    @Override
    public List<OutboxEntry> outboxAfter(NodeName peer, Lane lane, long position, int maxBytes) {
        return links.outboxAfter(peer, lane, position, maxBytes);
    }

    @Override
    public Map<SeenKey, Long> seen(NodeName peer) {
        return links.seen(peer);
    }

    @Override
    public void close() {
        database.close();
    }

    /** Keeps a command's counts in step, so that its state needs no count over its executions. */
    private void count(Execution before, Execution after) {
        int unfinished = (after.isFinal() ? 0 : 1) - (before.isFinal() ? 0 : 1);
        int unsuccessful = failures(after) - failures(before);
        if (unfinished != 0 || unsuccessful != 0) {
            database.execute(
                    "UPDATE command SET unfinished = unfinished + ?, unsuccessful = unsuccessful + ? WHERE id = ?",
                    unfinished,
                    unsuccessful,
                    after.command().toString());
        }
    }

    private static int failures(Execution execution) {
        return execution.isFinal() && execution.state() != ExecutionState.SUCCEEDED ? 1 : 0;
    }

    private void putCancel(NodeName node, KeptCancel cancel) {
        String id = cancel.document().id().toString();
        database.execute("INSERT OR IGNORE INTO cancel (id, bytes) VALUES (?,?)", id, cancel.bytes());
        database.execute("""
                INSERT INTO cancel_target (command, node, cancel, message_id) VALUES (?1,?2,?3,?4)
                ON CONFLICT (command, node) DO UPDATE SET cancel = ?3, message_id = ?4
                """, cancel.document().command().toString(), node.value(), id, cancel.messageId());
    }

    /** Earlier ones are kept for whoever asks what was in force. */
    private void putOperators(long number, byte[] signed) {
        database.execute("INSERT INTO operators (number, signed) VALUES (?,?)", number, signed);
        database.execute(
                "DELETE FROM operators WHERE position <= (SELECT max(position) FROM operators) - ?", OPERATOR_LISTS);
    }

    private void putToken(Token token) {
        database.execute(
                """
                INSERT INTO token (id, key, node, created_at, expires_at, used_by, login) VALUES (?1,?2,?3,?4,?5,?6,?7)
                ON CONFLICT (id) DO UPDATE SET used_by = ?6
                """,
                token.id().toString(),
                token.key().toString(),
                token.node().map(NodeName::value).orElse(null),
                Times.text(token.createdAt()),
                Times.text(token.expiresAt()),
                token.usedBy().map(KeyId::value).orElse(null),
                token.login().map(VerificationKey::toString).orElse(null));
    }

    private void putEvent(LedgerWrite.PutEvent event) {
        database.execute(
                "INSERT INTO event (node, source, text, at, received_at) VALUES (?,?,?,?,?)",
                event.node().value(),
                event.source(),
                event.text(),
                Times.text(event.at()),
                Times.text(event.receivedAt()));
        database.execute("DELETE FROM event WHERE position <= (SELECT max(position) FROM event) - ?", EVENT_ROWS);
    }

    private void putQuarantine(LedgerWrite.Quarantine quarantine) {
        database.execute(
                "INSERT INTO quarantine (at, reason, subject, headers, body) VALUES (?,?,?,?,?)",
                Times.text(quarantine.at()),
                quarantine.reason(),
                quarantine.message().subject(),
                Json.text(quarantine.message().headers()),
                quarantine.message().body());
        database.execute(
                "DELETE FROM quarantine WHERE position <= (SELECT max(position) FROM quarantine) - ?",
                Limits.QUARANTINE_ROWS);
    }

    private long lastGeneration() {
        return meta("generation").map(Long::parseLong).orElse(0L);
    }

    private Optional<String> meta(String key) {
        return database.first("SELECT value FROM meta WHERE key = ?", row -> row.getString(1), key);
    }

    private void putMeta(String key, String value) {
        database.execute(
                "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2", key, value);
    }

    static CommandId commandId(String text) {
        try {
            return CommandId.parse(text);
        } catch (RefusedException e) {
            throw new StoreException("in the ledger: " + e.getMessage(), e);
        }
    }
}
