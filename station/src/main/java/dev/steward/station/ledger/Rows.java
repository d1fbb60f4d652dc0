// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.ledger;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.Execution;
import dev.steward.station.core.HeldDocument;
import dev.steward.station.core.HeldId;
import dev.steward.station.core.Role;
import dev.steward.station.core.Scope;
import dev.steward.station.core.StationStore;
import dev.steward.station.core.Token;
import dev.steward.station.core.Transition;
import dev.steward.store.Database;
import dev.steward.store.StoreException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Executions and transitions to and from their rows. */
final class Rows {
    static final String COLUMNS = "command, node, part, message_id, ordered_at, start_before, state, provisional,"
            + " attempt, started_at, exit_code, reason, finished_at, duration_ms, stdout_bytes, stderr_bytes,"
            + " kept_bytes, stored_bytes";

    static final String TOKENS =
            "SELECT id, key, node, created_at, expires_at, used_by, login FROM token ORDER BY created_at, id";

    static final String API_TOKENS =
            "SELECT id, name, hash, role, targets, methods, created_at, created_by, expires_at FROM api_token"
                    + " WHERE revoked_at IS NULL ORDER BY created_at, id";

    static final String HELD_DOCUMENTS =
            "SELECT id, signed, signers, needed, held_at, ends_at FROM held_document ORDER BY held_at, id";

    private Rows() {}

    static HeldDocument heldDocument(ResultSet row) throws SQLException {
        try {
            return new HeldDocument(
                    HeldId.parse(row.getString(1)),
                    row.getBytes(2),
                    List.of(row.getString(3).split(" ", -1)),
                    row.getInt(4),
                    Instant.parse(row.getString(5)),
                    Instant.parse(row.getString(6)));
        } catch (RefusedException e) {
            throw new StoreException("in the ledger, a held document: " + e.getMessage(), e);
        }
    }

    static StationStore.KeptCancel cancel(ResultSet row) throws SQLException {
        byte[] bytes = row.getBytes(1);
        try {
            if (SignedDocument.decode(bytes).read() instanceof Document.Cancel cancel) {
                return new StationStore.KeptCancel(cancel, bytes, row.getString(2));
            }
        } catch (RefusedException e) {
            throw new StoreException("in the ledger, a cancel: " + e.getMessage(), e);
        }
        throw new StoreException("in the ledger, a cancel is none", null);
    }

    static Token token(ResultSet row) throws SQLException {
        try {
            String node = row.getString(3);
            String usedBy = row.getString(6);
            String login = row.getString(7);
            return new Token(
                    CommandId.parse(row.getString(1)),
                    VerificationKey.parse(row.getString(2)),
                    login == null ? Optional.empty() : Optional.of(VerificationKey.parse(login)),
                    node == null ? Optional.empty() : Optional.of(NodeName.parse(node)),
                    Instant.parse(row.getString(4)),
                    Instant.parse(row.getString(5)),
                    usedBy == null ? Optional.empty() : Optional.of(KeyId.parse(usedBy)));
        } catch (RefusedException e) {
            throw new StoreException("in the ledger, a token: " + e.getMessage(), e);
        }
    }

    static ApiToken apiToken(ResultSet row) throws SQLException {
        try {
            return new ApiToken(
                    CommandId.parse(row.getString(1)),
                    row.getString(2),
                    row.getString(3),
                    Role.parse(row.getString(4)),
                    Scope.of(words(row.getString(5)), words(row.getString(6))),
                    Instant.parse(row.getString(7)),
                    row.getString(8),
                    Instant.parse(row.getString(9)));
        } catch (RefusedException e) {
            throw new StoreException("in the ledger, an API token: " + e.getMessage(), e);
        }
    }

    private static Optional<List<String>> words(@Nullable String text) {
        return Optional.ofNullable(text).map(words -> List.of(words.split(" ", -1)));
    }

    static void insert(Database database, ApiToken token) {
        database.execute(
                """
                INSERT INTO api_token (id, name, hash, role, targets, methods, created_at, created_by, expires_at)
                VALUES (?,?,?,?,?,?,?,?,?)
                """,
                token.id().toString(),
                token.name(),
                token.hash(),
                token.role().toString(),
                token.scope().targets().map(list -> String.join(" ", list)).orElse(null),
                token.scope().methods().map(list -> String.join(" ", list)).orElse(null),
                Times.text(token.createdAt()),
                token.createdBy(),
                Times.text(token.expiresAt()));
        database.execute("""
                DELETE FROM api_token WHERE revoked_at IS NOT NULL AND id NOT IN
                  (SELECT id FROM api_token WHERE revoked_at IS NOT NULL ORDER BY revoked_at DESC, id LIMIT ?)
                """, Limits.API_TOKENS_ENDED);
    }

    static StationStore.KeyOut shutOut(ResultSet row) throws SQLException {
        try {
            return new StationStore.KeyOut(VerificationKey.parse(row.getString(1)), Instant.parse(row.getString(2)));
        } catch (RefusedException e) {
            throw new StoreException("in the ledger, a key that is shut out: " + e.getMessage(), e);
        }
    }

    static void insert(Database database, Execution execution) {
        database.execute(
                """
                INSERT INTO execution (command, node, part, message_id, ordered_at, start_before, state, provisional,
                  attempt, stored_bytes) VALUES (?,?,?,?,?,?,?,?,?,?)
                """,
                execution.command().toString(),
                execution.node().value(),
                execution.part(),
                execution.messageId(),
                Times.text(execution.orderedAt()),
                Times.text(execution.startBefore()),
                execution.state().toString(),
                execution.provisional(),
                execution.attempt(),
                execution.storedBytes());
    }

    static void update(Database database, Execution execution) {
        Optional<Outcome> outcome = execution.outcome();
        database.execute(
                """
                UPDATE execution SET state = ?, provisional = ?, attempt = ?, started_at = ?, exit_code = ?, reason = ?,
                  finished_at = ?, duration_ms = ?, stdout_bytes = ?, stderr_bytes = ?, kept_bytes = ?, stored_bytes = ?
                WHERE command = ? AND node = ?
                """,
                execution.state().toString(),
                execution.provisional(),
                execution.attempt(),
                execution.startedAt().map(Times::text).orElse(null),
                exitCode(execution),
                outcome.flatMap(Outcome::reason).orElse(null),
                outcome.map(value -> Times.text(value.finishedAt())).orElse(null),
                outcome.flatMap(Outcome::duration).map(Duration::toMillis).orElse(null),
                outcome.map(Outcome::stdoutBytes).orElse(null),
                outcome.map(Outcome::stderrBytes).orElse(null),
                outcome.map(Outcome::keptBytes).orElse(null),
                execution.storedBytes(),
                execution.command().toString(),
                execution.node().value());
    }

    static void transition(Database database, Transition transition) {
        Execution after = transition.after();
        database.execute(
                """
                INSERT INTO transition (seq, command, node, state, provisional, attempt, exit_code, reason, said_by,
                  observed_at, received_at) VALUES (?,?,?,?,?,?,?,?,?,?,?)
                """,
                transition.seq(),
                after.command().toString(),
                after.node().value(),
                after.state().toString(),
                after.provisional(),
                after.attempt(),
                exitCode(after),
                transition.remark().isEmpty()
                        ? after.outcome().flatMap(Outcome::reason).orElse(null)
                        : transition.remark(),
                transition.saidBy().value(),
                Times.text(transition.observedAt()),
                Times.text(transition.receivedAt()));
    }

    /** Reads {@link #COLUMNS}. */
    static Execution execution(ResultSet row) throws SQLException {
        try {
            ExecutionState state = ExecutionState.parse(row.getString("state"));
            Optional<Instant> startedAt = time(row, "started_at");
            return new Execution(
                    Ledger.commandId(row.getString("command")),
                    new NodeName(row.getString("node")),
                    row.getInt("part"),
                    row.getString("message_id"),
                    Instant.parse(row.getString("ordered_at")),
                    Instant.parse(row.getString("start_before")),
                    state,
                    row.getBoolean("provisional"),
                    row.getInt("attempt"),
                    startedAt,
                    state.isTerminal() ? Optional.of(outcome(row, state, startedAt)) : Optional.empty(),
                    row.getLong("stored_bytes"));
        } catch (RefusedException e) {
            throw new StoreException("ledger row " + row.getString("command") + ": " + e.getMessage(), e);
        }
    }

    private static Outcome outcome(ResultSet row, ExecutionState state, Optional<Instant> startedAt)
            throws SQLException {
        int exitCode = row.getInt("exit_code");
        OptionalInt exit = row.wasNull() ? OptionalInt.empty() : OptionalInt.of(exitCode);
        long millis = row.getLong("duration_ms");
        Optional<Duration> duration = row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
        return new Outcome(
                state,
                row.getInt("attempt"),
                exit,
                Optional.ofNullable(row.getString("reason")),
                startedAt,
                Instant.parse(row.getString("finished_at")),
                duration,
                row.getLong("stdout_bytes"),
                row.getLong("stderr_bytes"),
                row.getLong("kept_bytes"),
                List.of());
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getString(column)).map(Instant::parse);
    }

    private static @Nullable Integer exitCode(Execution execution) {
        OptionalInt code = execution.outcome().map(Outcome::exitCode).orElse(OptionalInt.empty());
        return code.isPresent() ? code.getAsInt() : null;
    }
}
