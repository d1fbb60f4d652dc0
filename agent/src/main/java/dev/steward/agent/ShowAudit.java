// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import dev.steward.agent.enrolment.Enrolment;
import dev.steward.agent.method.Method;
import dev.steward.message.AuditHead;
import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.RefusedException;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.SigningException;
import dev.steward.store.Database;
import dev.steward.store.StoreException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts out this node's audit log, or so much of it as one command may: a line for what it begins behind, then a line for
 * each entry. The last one has a head that the node's identity has signed, with the command's id, so that whoever passes it
 * on can change nothing and show no older one.
 */
final class ShowAudit implements Method {
    private static final int ROWS = 500;

    /** As it is kept, be it damaged. */
    private record Row(long number, byte[] entry, String hash) {}

    private final Path data;
    private final Enrolment enrolment;
    private final Ed25519 identity;

    ShowAudit(Path data, Enrolment enrolment, Ed25519 identity) {
        this.data = data;
        this.enrolment = enrolment;
        this.identity = identity;
    }

    @Override
    public void check(JsonObject arguments) throws RefusedException {
        arguments.onlyKnown(Set.of("after", "last"));
        arguments.optionalInteger("after", 0, Long.MAX_VALUE);
        arguments.optionalInteger("last", 1, Limits.NODE_AUDIT_ENTRIES);
        if (arguments.has("after") && arguments.has("last")) {
            throw new RefusedException("'after' an entry or the 'last' ones: not both");
        }
    }

    @Override
    public Outcome run(Task task) throws InterruptedException {
        Instant startedAt = Instant.now();
        byte[] text;
        try (Database journal = Database.openReadOnly(Journal.file(data))) {
            journal.execute("BEGIN"); // the loop goes on writing: all that is read is of one moment
            text = text(journal, task);
        } catch (StoreException | RefusedException e) {
            return Outcome.without(
                    ExecutionState.FAILED,
                    task.attempt(),
                    String.valueOf(e.getMessage()),
                    Optional.of(startedAt),
                    Instant.now());
        }
        return new Outcome(
                ExecutionState.SUCCEEDED,
                task.attempt(),
                OptionalInt.empty(),
                Optional.empty(),
                Optional.of(startedAt),
                Instant.now(),
                Optional.of(Duration.between(startedAt, Instant.now())),
                text.length,
                0,
                text.length,
                passedOn(task, text));
    }

    private byte[] text(Database journal, Task task) throws RefusedException {
        Optional<Row> first = row(journal, "1 = ? ORDER BY number LIMIT 1", 1);
        long end = row(journal, "1 = ? ORDER BY number DESC LIMIT 1", 1)
                .map(Row::number)
                .orElse(0L);
        Optional<Row> base = first.filter(row -> row.entry.length == 0);
        JsonObject wanted = task.arguments();
        long after = wanted.has("last")
                ? end - wanted.integer("last", 1, Limits.NODE_AUDIT_ENTRIES)
                : wanted.optionalInteger("after", 0, Long.MAX_VALUE).orElse(0);
        if (after > end) {
            throw new RefusedException("the log ends with entry %d, before %d".formatted(end, after));
        }
        if (after > base.map(Row::number).orElse(0L)) {
            base = row(journal, "number = ?", after);
            if (base.isEmpty()) {
                throw new RefusedException("entry %d is missing".formatted(after));
            }
        }
        var out = new ByteArrayOutputStream();
        out.writeBytes(begin(base, end));
        long last = base.map(Row::number).orElse(0L);
        while (true) {
            List<Row> rows = rows(journal, "number > ? ORDER BY number LIMIT " + ROWS, last);
            for (Row row : rows) {
                last = row.number;
                boolean isLast = last == end || out.size() >= Limits.NODE_AUDIT_OUTPUT_BYTES;
                out.writeBytes(line(row, isLast ? head(row, task.command()) : Optional.empty()));
                if (isLast) {
                    return out.toByteArray();
                }
            }
            if (rows.isEmpty()) {
                return out.toByteArray();
            }
        }
    }

    private byte[] begin(Optional<Row> base, long end) {
        var mark = new LinkedHashMap<String, @Nullable Object>();
        mark.put("number", base.map(Row::number).orElse(0L));
        mark.put("hash", base.map(Row::hash).orElse(AuditMark.NONE.hash().hex()));
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("base", mark);
        json.put("node", enrolment.node());
        json.put("end", end);
        return bytes(json);
    }

    private static byte[] line(Row row, Optional<SignedDocument> head) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("number", row.number);
        json.put("entry", new String(row.entry, StandardCharsets.UTF_8));
        json.put("hash", row.hash);
        head.ifPresent(signed -> json.put("head", new String(signed.encode(), StandardCharsets.UTF_8)));
        return bytes(json);
    }

    private static byte[] bytes(Map<String, @Nullable Object> json) {
        return (Json.text(json) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private Optional<SignedDocument> head(Row row, CommandId command) throws RefusedException {
        var head = new AuditHead(
                command,
                enrolment.record().fleet(),
                identity.key(),
                Instant.now(),
                enrolment.node(),
                row.number,
                AuditHash.parse(row.hash));
        try {
            return Optional.of(SignedDocument.sign(head, identity));
        } catch (SigningException e) {
            throw new IllegalStateException("a key that is in memory signs", e);
        }
    }

    /** @return what is small enough to travel in the outcome */
    private static List<OutputChunk> passedOn(Task task, byte[] text) throws InterruptedException {
        var chunks = new ArrayList<OutputChunk>();
        for (int from = 0; from < text.length; from += Limits.OUTPUT_CHUNK_BYTES) {
            int length = Math.min(Limits.OUTPUT_CHUNK_BYTES, text.length - from);
            byte[] piece = new byte[length];
            System.arraycopy(text, from, piece, 0, length);
            chunks.add(new OutputChunk(OutputStreamName.STDOUT, from, piece));
        }
        if (text.length <= Limits.OUTPUT_INLINE_BYTES) {
            return chunks;
        }
        for (OutputChunk chunk : chunks) {
            task.output(chunk);
        }
        return List.of();
    }

    private static Optional<Row> row(Database journal, String which, long number) {
        return rows(journal, which, number).stream().findFirst();
    }

    private static List<Row> rows(Database journal, String which, long number) {
        return journal.query(
                "SELECT number, entry, hash FROM audit WHERE " + which,
                row -> new Row(row.getLong(1), row.getBytes(2), row.getString(3)),
                number);
    }
}
