// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import dev.steward.agent.core.AgentStore;
import dev.steward.agent.core.JournalWrite;
import dev.steward.agent.core.StoredExecution;
import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.Times;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.Json;
import dev.steward.message.link.Lane;
import dev.steward.message.link.OutboxEntry;
import dev.steward.store.Database;
import dev.steward.store.SqliteLinkStore;
import dev.steward.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The agent's durable memory, one SQLite file: executions, outbox, known ids. Shares its thread with the loop. */
public final class Journal implements AgentStore, AutoCloseable {
    private static final String SCHEMA = SqliteLinkStore.SCHEMA + """
            CREATE TABLE execution (
              id TEXT PRIMARY KEY, position INTEGER NOT NULL, process TEXT NOT NULL, document BLOB NOT NULL,
              state TEXT NOT NULL, attempt INTEGER NOT NULL, boot_id TEXT NOT NULL, start_before TEXT NOT NULL,
              started_at TEXT, pid INTEGER, start_ticks INTEGER, finished BLOB, ended_at TEXT,
              canceled INTEGER NOT NULL DEFAULT 0);
            CREATE INDEX execution_open ON execution (position) WHERE finished IS NULL;
            CREATE INDEX execution_ended ON execution (ended_at) WHERE finished IS NOT NULL;
            CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
            CREATE TABLE quarantine (
              position INTEGER PRIMARY KEY, at TEXT NOT NULL, reason TEXT NOT NULL, subject TEXT NOT NULL,
              headers TEXT NOT NULL, body BLOB NOT NULL);
            """;
    private static final String DROPPED_OUTPUT = SqliteLinkStore.BY_ID + """
            CREATE TABLE dropped (
              execution TEXT NOT NULL, stream TEXT NOT NULL, offset INTEGER NOT NULL, bytes INTEGER NOT NULL,
              PRIMARY KEY (execution, stream, offset));
            """;
    private static final String AUDIT =
            "CREATE TABLE audit (number INTEGER PRIMARY KEY, entry BLOB NOT NULL, hash TEXT NOT NULL);\n";
    /** What came before documents were signed was judged by nobody. */
    private static final String SIGNED_DOCUMENTS = "DELETE FROM execution WHERE finished IS NULL;\n";
    /** What came before documents named machines by their keys can't be read. */
    private static final String TARGETS_WITH_KEYS = SIGNED_DOCUMENTS;

    private static final String COLUMNS =
            "id, position, process, document, state, attempt, boot_id, start_before, started_at, finished";

    /** Entries of the audit log between two cuts of what is too old. */
    public static final int AUDIT_CUT_EVERY = 100;

    /** Where the main process of an execution was seen. */
    public record Spawned(CommandId id, int attempt, String bootId, long pid, long startTicks) {}

    private final Database database;
    private final SqliteLinkStore links;

    private Journal(Database database) {
        this.database = database;
        this.links = new SqliteLinkStore(database);
    }

    /** Where it lies in a data folder. */
    static Path file(Path folder) {
        return folder.resolve("journal.db");
    }

    public static Journal open(Path folder) {
        return new Journal(Database.open(
                file(folder), List.of(SCHEMA, DROPPED_OUTPUT, SIGNED_DOCUMENTS, TARGETS_WITH_KEYS, AUDIT)));
    }

    /**
     * Takes the journal for a node. Another node's executions are not its own: it would end and start what that one runs.
     *
     * @throws RefusedException where it is another node's, or of another station
     */
    public void claim(NodeName node, NodeName station) throws RefusedException {
        claim("node", node);
        claim("station", station);
    }

    private void claim(String key, NodeName name) throws RefusedException {
        Optional<String> owner = meta(key);
        if (owner.isPresent() && !owner.get().equals(name.value())) {
            throw new RefusedException(
                    "this data folder belongs to the %s '%s', not to '%s': give %3$s a folder of its own with --data, or start the agent with --%s %2$s"
                            .formatted(key, owner.get(), name, key.equals("node") ? "name" : key));
        }
        if (owner.isEmpty()) {
            begin();
            putMeta(key, name.value());
            commit();
        }
    }

    public void begin() {
        database.begin();
    }

    public void commit() {
        database.commit();
    }

    public void apply(JournalWrite write) {
        switch (write) {
            case JournalWrite.OfLink(var linkWrite) -> links.apply(linkWrite);
            case JournalWrite.PutExecution(StoredExecution execution) -> put(execution);
            case JournalWrite.PutSpawned(CommandId id, long pid, long startTicks) ->
                database.execute(
                        "UPDATE execution SET pid = ?, start_ticks = ? WHERE id = ?", pid, startTicks, id.toString());
            case JournalWrite.PutCanceled(CommandId id) ->
                database.execute("UPDATE execution SET canceled = 1 WHERE id = ?", id.toString());
            case JournalWrite.PutDropped(CommandId id, var stream, long offset, int bytes) ->
                database.execute(
                        "INSERT OR IGNORE INTO dropped (execution, stream, offset, bytes) VALUES (?,?,?,?)",
                        id.toString(),
                        stream.toString(),
                        offset,
                        bytes);
            case JournalWrite.ForgetEnded(Instant endedBefore, Instant now) ->
                // What could still start by its deadline must stay known, or its repetition would run.
                database.execute(
                        "DELETE FROM execution WHERE finished IS NOT NULL AND ended_at < ? AND start_before < ?",
                        Times.text(endedBefore),
                        Times.text(now));
            case JournalWrite.PutLow(boolean low) -> putMeta("low", Boolean.toString(low));
            case JournalWrite.PutOperators(byte[] signed) ->
                putMeta("operators", new String(signed, StandardCharsets.UTF_8)); // read as strict UTF-8 before
            case JournalWrite.PutGeneration(long generation) -> putMeta("generation", Long.toString(generation));
            case JournalWrite.PutAudit(long number, byte[] entry, AuditHash hash) -> put(number, entry, hash);
            case JournalWrite.PutStationAudit(AuditMark mark) -> putMeta("station-audit", Json.text(mark.json()));
            case JournalWrite.Quarantine(var message, String reason, Instant at) -> {
                database.execute(
                        "INSERT INTO quarantine (at, reason, subject, headers, body) VALUES (?,?,?,?,?)",
                        Times.text(at),
                        reason,
                        message.subject(),
                        Json.text(message.headers()),
                        message.body());
                database.execute(
                        "DELETE FROM quarantine WHERE position <= (SELECT max(position) FROM quarantine) - ?",
                        Limits.QUARANTINE_ROWS);
            }
        }
    }

    private void put(long number, byte[] entry, AuditHash hash) {
        database.execute("INSERT INTO audit (number, entry, hash) VALUES (?,?,?)", number, entry, hash.hex());
        if (number % AUDIT_CUT_EVERY == 0) {
            long base = number - Limits.NODE_AUDIT_ENTRIES;
            database.execute("DELETE FROM audit WHERE number < ?", base);
            database.execute("UPDATE audit SET entry = x'' WHERE number = ?", base); // the next one builds on its hash
        }
    }

    private void putMeta(String key, String value) {
        database.execute(
                "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2", key, value);
    }

    private Optional<String> meta(String key) {
        return database.first("SELECT value FROM meta WHERE key = ?", row -> row.getString(1), key);
    }

    private void put(StoredExecution execution) {
        boolean ended = execution.finished().isPresent();
        database.execute(
                """
                INSERT INTO execution
                  (id, position, process, document, state, attempt, boot_id, start_before, started_at, finished, ended_at)
                VALUES (?,?,?,?,?,?,?,?,?,?,?)
                ON CONFLICT (id) DO UPDATE SET
                  state = excluded.state, attempt = excluded.attempt, boot_id = excluded.boot_id,
                  started_at = excluded.started_at, finished = excluded.finished, ended_at = excluded.ended_at,
                  pid = NULL, start_ticks = NULL
                """,
                execution.id().toString(),
                execution.position(),
                execution.process(),
                execution.document(),
                execution.state().toString(),
                execution.attempt(),
                execution.bootId(),
                Times.text(execution.startBefore()),
                execution.startedAt().map(Times::text).orElse(null),
                execution.finished().orElse(null),
                ended ? Times.text(Instant.now()) : null);
        if (execution.state() != ExecutionState.RUNNING) {
            database.execute(
                    "DELETE FROM dropped WHERE execution = ?", execution.id().toString());
        }
    }

    @Override
    public Optional<StoredExecution> execution(CommandId id) {
        return database.first("SELECT " + COLUMNS + " FROM execution WHERE id = ?", Journal::read, id.toString());
    }

    @Override
    public boolean isCanceled(CommandId id) {
        return database.first("SELECT canceled FROM execution WHERE id = ?", row -> row.getBoolean(1), id.toString())
                .orElse(false);
    }

    @Override
    public long droppedBytes(CommandId id) {
        return database.first(
                        "SELECT coalesce(sum(bytes), 0) FROM dropped WHERE execution = ?",
                        row -> row.getLong(1),
                        id.toString())
                .orElse(0L);
    }

    @Override
    public List<StoredExecution> open() {
        return database.query(
                "SELECT " + COLUMNS + " FROM execution WHERE finished IS NULL ORDER BY position", Journal::read);
    }

    /** The main processes of executions that were running when the journal was last written. */
    public List<Spawned> spawned() {
        return database.query(
                """
                SELECT id, attempt, boot_id, coalesce(pid, 0), coalesce(start_ticks, 0) FROM execution
                WHERE finished IS NULL AND state = 'running'
                """,
                row -> new Spawned(
                        commandId(row.getString(1)), row.getInt(2), row.getString(3), row.getLong(4), row.getLong(5)));
    }

    @Override
    public long lastOutboxPosition() {
        return links.lastPosition();
    }

    @Override
    public long lastExecutionPosition() {
        return database.first("SELECT coalesce(max(position), 0) FROM execution", row -> row.getLong(1))
                .orElse(0L);
    }

    @Override
    public long bulkBytes() {
        return links.outboxBytes(Lane.BULK);
    }

    @Override
    public long waiting(Subject subject) {
        return links.waiting(subject);
    }

    @Override
    public boolean isLow() {
        return meta("low").map(Boolean::parseBoolean).orElse(false);
    }

    @Override
    public Optional<byte[]> operators() {
        return meta("operators").map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public AuditMark auditMark() {
        return database.first(
                        "SELECT number, hash FROM audit WHERE number > 0 ORDER BY number DESC LIMIT 1",
                        row -> new AuditMark(row.getLong(1), auditHash(row.getString(2))))
                .orElse(AuditMark.NONE);
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
    public Optional<AuditMark> stationAudit() {
        Optional<String> kept = meta("station-audit");
        try {
            return kept.isEmpty()
                    ? Optional.empty()
                    : Optional.of(AuditMark.from(
                            Json.object(kept.get().getBytes(StandardCharsets.UTF_8), Limits.AUDIT_ENTRY_BYTES)));
        } catch (RefusedException e) {
            throw new StoreException("in the journal, the station's audit log: " + e.getMessage(), e);
        }
    }

    @Override
    public long generation() {
        return meta("generation").map(Long::parseLong).orElse(0L);
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

    private static StoredExecution read(ResultSet row) throws SQLException {
        try {
            return new StoredExecution(
                    commandId(row.getString(1)),
                    row.getLong(2),
                    row.getString(3),
                    row.getBytes(4),
                    ExecutionState.parse(row.getString(5)),
                    row.getInt(6),
                    row.getString(7),
                    Instant.parse(row.getString(8)),
                    Optional.ofNullable(row.getString(9)).map(Instant::parse),
                    Optional.ofNullable(row.getBytes(10)));
        } catch (RefusedException e) {
            throw new StoreException("journal row " + row.getString(1) + ": " + e.getMessage(), e);
        }
    }

    private static CommandId commandId(String text) {
        try {
            return CommandId.parse(text);
        } catch (RefusedException e) {
            throw new StoreException("in the journal: " + e.getMessage(), e);
        }
    }
}
