// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.ledger;

import dev.steward.message.Limits;
import dev.steward.station.core.HeldDocument;
import dev.steward.station.core.Token;
import dev.steward.store.Database;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the API reads: committed state only, beside the loop and never waiting for it. Thread-safe, over a few
 * connections.
 */
public final class LedgerReader implements AutoCloseable {
    private static final int CONNECTIONS = 4;
    private static final String COMMAND_COLUMNS = "id, method, domain, arguments, issuer, ordered_at, start_before,"
            + " timeout_ms, repeatable, dry_run, issuer_key, total, unfinished, unsuccessful, signers,"
            + " needed";

    private static final String EXECUTIONS =
            "SELECT execution.*, node.last_heard_at, node.frozen_at FROM execution LEFT JOIN node ON node.name = execution.node";

    /**
     * A command; {@code issuer} is the name that its operator's key had when it was ordered, {@code arguments} and {@code facts}
     * below are JSON objects with that one field. {@code signers}, with spaces between them, and how many are needed are null
     * for what was never held.
     */
    public record Command(
            String id,
            String method,
            String domain,
            String arguments,
            String issuer,
            String orderedAt,
            String startBefore,
            @Nullable Long timeoutMs,
            boolean repeatable,
            boolean dryRun,
            String issuerKey,
            int total,
            String state,
            Map<String, Integer> states,
            @Nullable String signers,
            @Nullable Long signaturesNeeded) {}

    /**
     * An entry of the audit log, whatever stands there.
     *
     * @param entry its exact bytes
     * @param head how far the log had come here, signed; null where nothing was signed here
     */
    public record AuditRow(long number, byte[] entry, String hash, byte @Nullable [] head) {}

    /**
     * Something that was told besides executions.
     *
     * @param node who told it, or whom the station tells of
     * @param source the part that it is about: {@code disk}, {@code clone}, {@code generation}, {@code link}, a process …
     * @param at when it was seen, RFC 3339
     * @param receivedAt when the station recorded it, RFC 3339
     */
    public record Event(long position, String node, String source, String text, String at, String receivedAt) {}

    /**
     * A node.
     *
     * @param fingerprint of the key that is let in under this name, null where there is none
     * @param rotating whether other keys of its were approved with which it has not spoken yet
     * @param frozenSince null where it is not frozen
     * @param audit how far its own audit log has come, null where it has not said
     */
    public record Node(
            String name,
            @Nullable String fingerprint,
            boolean rotating,
            @Nullable String lastHeardAt,
            @Nullable String frozenSince,
            @Nullable NodeAudit audit,
            @Nullable String facts) {}

    /** How far a node's audit log has come, and since when that is known. */
    public record NodeAudit(long number, String hash, String at) {}

    /** A machine that waits to become a node; {@code signed} is its request. */
    public record EnrolmentRow(byte[] signed, String requestedAt) {}

    public record ExecutionRow(
            String node,
            String state,
            boolean provisional,
            @Nullable Long exitCode,
            @Nullable String reason,
            @Nullable Long stdoutBytes,
            @Nullable Long stderrBytes,
            @Nullable Long keptBytes,
            long storedBytes,
            int attempt,
            String orderedAt,
            @Nullable String startedAt,
            @Nullable String finishedAt,
            @Nullable Long durationMs,
            @Nullable String lastHeardAt,
            @Nullable String frozenSince) {
        public boolean isOutputComplete() {
            return finishedAt != null && !provisional && (keptBytes == null || storedBytes >= keptBytes);
        }
    }

    /** What the stream tells; a transition or a piece of output. */
    public sealed interface Happening {
        long seq();
    }

    public record TransitionRow(
            long seq,
            String command,
            String node,
            String state,
            boolean provisional,
            int attempt,
            @Nullable Long exitCode,
            @Nullable String reason,
            String saidBy,
            String observedAt,
            String receivedAt,
            String commandState)
            implements Happening {}

    public record OutputRow(
            long seq, String command, String node, int attempt, String stream, long offset, byte[] bytes)
            implements Happening {}

    private final BlockingQueue<Database> idle = new ArrayBlockingQueue<>(CONNECTIONS);

    /** Opens the ledger in this folder, which {@link Ledger#open} has made. */
    public LedgerReader(Path folder) {
        for (int i = 0; i < CONNECTIONS; i++) {
            idle.add(Database.openReadOnly(Ledger.file(folder)));
        }
    }

    public List<Node> nodes() throws InterruptedException {
        return with(database -> database.query(
                """
                SELECT name, key, former IS NOT NULL, last_heard_at, frozen_at, facts,
                  audit_number, audit_hash, audit_at
                FROM node LEFT JOIN node_record ON node_record.node = name AND revoked = 0 ORDER BY name
                """,
                row -> new Node(
                        row.getString(1),
                        row.getString(2),
                        row.getBoolean(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(8) == null
                                ? null
                                : new NodeAudit(row.getLong(7), row.getString(8), row.getString(9)),
                        row.getString(6))));
    }

    public List<Token> tokens() throws InterruptedException {
        return with(database -> database.query(Rows.TOKENS, Rows::token));
    }

    public List<EnrolmentRow> enrolments() throws InterruptedException {
        return with(database -> database.query(
                "SELECT signed, requested_at FROM enrolment ORDER BY node, requested_at",
                row -> new EnrolmentRow(row.getBytes(1), row.getString(2))));
    }

    /** Lists of operators and records of nodes that wait for signatures, in the order in which they came. */
    public List<HeldDocument> heldDocuments() throws InterruptedException {
        return with(database -> database.query(Rows.HELD_DOCUMENTS, Rows::heldDocument));
    }

    /** The newest signed record of each key that has or had one of these names, name by name. */
    public List<byte[]> nodeRecords(List<String> nodes) throws InterruptedException {
        return with(database -> {
            var records = new ArrayList<byte[]>();
            for (String node : nodes) {
                records.addAll(database.query(
                        "SELECT signed FROM node_record WHERE node = ? ORDER BY revoked, key LIMIT ?",
                        row -> row.getBytes(1),
                        node,
                        Limits.RECORDS_OF_A_NAME));
            }
            return records;
        });
    }

    /**
     * What nodes, and the station itself, have told besides executions: below a position, newest first.
     *
     * @param node of this node alone, or of all where it is null
     */
    public List<Event> events(@Nullable String node, long before, int limit) throws InterruptedException {
        return with(database -> database.query(
                "SELECT position, node, source, text, at, received_at FROM event"
                        + " WHERE position < ?1 AND (?2 IS NULL OR node = ?2) ORDER BY position DESC LIMIT ?3",
                row -> new Event(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6)),
                before,
                node,
                limit));
    }

    /** Commands with an id below {@code before}, newest first. */
    public List<Command> commands(String before, int limit, boolean held) throws InterruptedException {
        String which = held ? " AND id IN (SELECT command FROM execution WHERE state = 'held')" : "";
        return with(database -> database
                .query(
                        "SELECT " + COMMAND_COLUMNS + " FROM command WHERE id < ?" + which
                                + " ORDER BY id DESC LIMIT ?",
                        row -> command(row, Map.of()),
                        before,
                        limit)
                .stream()
                .map(command -> withStates(database, command))
                .toList());
    }

    /** The documents of a command with their signatures, in order of their parts. */
    public List<byte[]> documents(String command) throws InterruptedException {
        return with(database -> database.query(
                "SELECT bytes FROM document WHERE command = ? ORDER BY part", row -> row.getBytes(1), command));
    }

    /** Entries of the audit log with a number below that one, the last first. */
    public List<AuditRow> auditBefore(long before, int limit) throws InterruptedException {
        return audit("number < ? ORDER BY number DESC", before, limit);
    }

    /** Entries of the audit log with a number above that one, in order. */
    public List<AuditRow> auditAfter(long after, int limit) throws InterruptedException {
        return audit("number > ? ORDER BY number", after, limit);
    }

    private List<AuditRow> audit(String which, long number, int limit) throws InterruptedException {
        return with(database -> database.query(
                "SELECT number, entry, hash, head FROM audit WHERE " + which + " LIMIT ?",
                row -> new AuditRow(row.getLong(1), row.getBytes(2), row.getString(3), row.getBytes(4)),
                number,
                limit));
    }

    /** Commands whose id begins with {@code prefix}; at most two, which is enough to tell that it is not unique. */
    public List<Command> byPrefix(String prefix) throws InterruptedException {
        return with(database -> database
                .query(
                        "SELECT " + COMMAND_COLUMNS
                                + " FROM command WHERE id >= ?1 AND id < ?1 || 'g' ORDER BY id LIMIT 2",
                        row -> command(row, Map.of()),
                        prefix)
                .stream()
                .map(command -> withStates(database, command))
                .toList());
    }

    /** Executions of a command on nodes with a name above {@code after}, by name. */
    public List<ExecutionRow> executions(String command, String after, int limit) throws InterruptedException {
        return with(database -> database.query(
                EXECUTIONS + " WHERE command = ? AND node > ? ORDER BY node LIMIT ?",
                LedgerReader::execution,
                command,
                after,
                limit));
    }

    public Optional<ExecutionRow> execution(String command, String node) throws InterruptedException {
        return with(database ->
                database.first(EXECUTIONS + " WHERE command = ? AND node = ?", LedgerReader::execution, command, node));
    }

    /** The output of the last start, in order, as far as it has arrived, up to about {@code maxBytes}. */
    public List<byte[]> output(String command, String node, String stream, long maxBytes) throws InterruptedException {
        return with(database -> {
            var chunks = new ArrayList<byte[]>();
            long bytes = 0;
            long offset = -1;
            while (bytes < maxBytes) {
                Optional<OutputRow> next = database.first("""
                        SELECT seq, command, node, attempt, stream, offset, bytes FROM output
                        WHERE command = ?1 AND node = ?2 AND stream = ?3 AND offset > ?4 AND attempt =
                          (SELECT max(attempt) FROM output WHERE command = ?1 AND node = ?2)
                        ORDER BY offset LIMIT 1
                        """, LedgerReader::outputRow, command, node, stream, offset);
                if (next.isEmpty()) {
                    break;
                }
                offset = next.get().offset();
                chunks.add(next.get().bytes());
                bytes += next.get().bytes().length;
            }
            return chunks;
        });
    }

    /** What happened after {@code seq}, of one command or (null) of all, in order; at most {@code limit} rows. */
    public List<Happening> after(long seq, @Nullable String command, int limit) throws InterruptedException {
        String filter = command == null ? "" : " AND command = ?4";
        return with(database -> {
            // Two queries see two states of the ledger; without a common end the cursor would pass what came between.
            long upTo = lastSeq(database);
            var happenings = new ArrayList<Happening>(database.query(
                    """
                    SELECT t.*, (SELECT unfinished FROM command WHERE id = t.command) AS unfinished,
                      (SELECT unsuccessful FROM command WHERE id = t.command) AS unsuccessful
                    FROM transition t WHERE seq > ?1 AND seq <= ?2""" + filter + " ORDER BY seq LIMIT ?3",
                    LedgerReader::transition,
                    parameters(seq, upTo, limit, command)));
            happenings.addAll(database.query(
                    "SELECT seq, command, node, attempt, stream, offset, bytes FROM output WHERE seq > ?1 AND seq <= ?2"
                            + filter + " ORDER BY seq LIMIT ?3",
                    LedgerReader::outputRow,
                    parameters(seq, upTo, limit, command)));
            happenings.sort((a, b) -> Long.compare(a.seq(), b.seq()));
            return List.copyOf(happenings.subList(0, Math.min(limit, happenings.size())));
        });
    }

    public long lastSeq() throws InterruptedException {
        return with(LedgerReader::lastSeq);
    }

    /** The eras so far, and where their events begin. */
    public Eras eras() throws InterruptedException {
        return with(database -> new Eras(database.query(
                "SELECT name, first_seq FROM era ORDER BY position",
                row -> new Eras.Era(row.getString(1), row.getLong(2)))));
    }

    private static long lastSeq(Database database) {
        return database.first(
                        "SELECT max(coalesce((SELECT max(seq) FROM transition), 0), coalesce((SELECT max(seq) FROM output), 0))",
                        row -> row.getLong(1))
                .orElse(0L);
    }

    @Override
    public void close() {
        idle.forEach(Database::close);
    }

    private static @Nullable Object[] parameters(long seq, long upTo, int limit, @Nullable String command) {
        return command == null ? new Object[] {seq, upTo, limit} : new Object[] {seq, upTo, limit, command};
    }

    private <T> T with(Function<Database, T> query) throws InterruptedException {
        Database database = idle.take();
        try {
            return query.apply(database);
        } finally {
            idle.put(database);
        }
    }

    private static Command withStates(Database database, Command command) {
        var states = new LinkedHashMap<String, Integer>();
        database.query(
                        "SELECT state, count(*) FROM execution WHERE command = ? GROUP BY state ORDER BY state",
                        row -> Map.entry(row.getString(1), row.getInt(2)),
                        command.id())
                .forEach(entry -> states.put(entry.getKey(), entry.getValue()));
        return new Command(
                command.id(),
                command.method(),
                command.domain(),
                command.arguments(),
                command.issuer(),
                command.orderedAt(),
                command.startBefore(),
                command.timeoutMs(),
                command.repeatable(),
                command.dryRun(),
                command.issuerKey(),
                command.total(),
                command.state(),
                states,
                command.signers(),
                command.signaturesNeeded());
    }

    private static Command command(ResultSet row, Map<String, Integer> states) throws SQLException {
        return new Command(
                row.getString("id"),
                row.getString("method"),
                row.getString("domain"),
                row.getString("arguments"),
                row.getString("issuer"),
                row.getString("ordered_at"),
                row.getString("start_before"),
                number(row, "timeout_ms"),
                row.getBoolean("repeatable"),
                row.getBoolean("dry_run"),
                row.getString("issuer_key"),
                row.getInt("total"),
                commandState(row),
                states,
                row.getString("signers"),
                number(row, "needed"));
    }

    private static String commandState(ResultSet row) throws SQLException {
        if (row.getInt("unfinished") > 0) {
            return "running";
        }
        return row.getInt("unsuccessful") > 0 ? "failed" : "succeeded";
    }

    private static ExecutionRow execution(ResultSet row) throws SQLException {
        return new ExecutionRow(
                row.getString("node"),
                row.getString("state"),
                row.getBoolean("provisional"),
                number(row, "exit_code"),
                row.getString("reason"),
                number(row, "stdout_bytes"),
                number(row, "stderr_bytes"),
                number(row, "kept_bytes"),
                row.getLong("stored_bytes"),
                row.getInt("attempt"),
                row.getString("ordered_at"),
                row.getString("started_at"),
                row.getString("finished_at"),
                number(row, "duration_ms"),
                row.getString("last_heard_at"),
                row.getString("frozen_at"));
    }

    private static TransitionRow transition(ResultSet row) throws SQLException {
        return new TransitionRow(
                row.getLong("seq"),
                row.getString("command"),
                row.getString("node"),
                row.getString("state"),
                row.getBoolean("provisional"),
                row.getInt("attempt"),
                number(row, "exit_code"),
                row.getString("reason"),
                row.getString("said_by"),
                row.getString("observed_at"),
                row.getString("received_at"),
                commandState(row));
    }

    private static OutputRow outputRow(ResultSet row) throws SQLException {
        return new OutputRow(
                row.getLong(1),
                row.getString(2),
                row.getString(3),
                row.getInt(4),
                row.getString(5),
                row.getLong(6),
                row.getBytes(7));
    }

    private static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
