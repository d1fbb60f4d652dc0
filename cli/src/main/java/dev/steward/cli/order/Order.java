// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.Limits;
import dev.steward.message.Target;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.SignedDocument;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One command as an operator wants it.
 *
 * @param targets as written, not yet resolved
 * @param startBefore how long from now it may wait for its start
 */
public record Order(
        List<String> targets,
        String method,
        String domain,
        JsonObject arguments,
        Duration timeout,
        Duration startBefore,
        boolean repeatable) {
    public static final String DEFAULT_METHOD = "shellcommand";
    public static final String DEFAULT_DOMAIN = "operatingsystem";
    public static final String DEFAULT_TIMEOUT = "60s";
    public static final String DEFAULT_START_BEFORE = "24h";

    /**
     * The documents to order, signed, their exact bytes: one for up to 100 nodes, all under one id.
     *
     * @param dryRun whether nodes only say what they would make of it
     */
    public List<byte[]> documents(List<Target> machines, CommandId id, Identity operator, Instant now, boolean dryRun)
            throws Failure {
        int size = Limits.TARGETS_PER_DOCUMENT;
        int parts = Math.ceilDiv(machines.size(), size);
        if (parts > Limits.PARTS_PER_COMMAND) {
            throw Failure.usage(
                    "%d targets; one command may have %d".formatted(machines.size(), size * Limits.PARTS_PER_COMMAND));
        }
        Instant issuedAt = now.truncatedTo(ChronoUnit.MILLIS);
        var documents = new ArrayList<byte[]>();
        for (int part = 1; part <= parts; part++) {
            var document = new Document.Command(
                    id,
                    operator.fleet(),
                    part,
                    parts,
                    operator.id(),
                    issuedAt,
                    machines.subList((part - 1) * size, Math.min(part * size, machines.size())),
                    method,
                    domain,
                    arguments,
                    issuedAt.plus(startBefore),
                    Optional.of(timeout),
                    repeatable,
                    dryRun);
            documents.add(signed(document, operator));
        }
        return documents;
    }

    private static byte[] signed(Document document, Identity operator) throws Failure {
        SignedDocument signed = operator.sign(document);
        if (signed.document().length > Limits.DOCUMENT_BYTES) {
            throw Failure.usage("the command takes %d bytes with its arguments and stdin, at most %d are possible"
                    .formatted(signed.document().length, Limits.DOCUMENT_BYTES));
        }
        return signed.encode();
    }

    /** Cancel documents for machines of one command, signed. */
    public static List<byte[]> cancels(
            CommandId command, List<Target> machines, Identity operator, Instant now, Ids ids) throws Failure {
        var documents = new ArrayList<byte[]>();
        int size = Limits.TARGETS_PER_DOCUMENT;
        for (int from = 0; from < machines.size(); from += size) {
            var document = new Document.Cancel(
                    ids.next(now),
                    operator.fleet(),
                    operator.id(),
                    now.truncatedTo(ChronoUnit.MILLIS),
                    machines.subList(from, Math.min(from + size, machines.size())),
                    command);
            documents.add(operator.sign(document).encode());
        }
        return documents;
    }
}
