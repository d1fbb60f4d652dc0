// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.KeyId;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What somebody says and signs, mostly what an operator orders, self-contained. Whoever does makes the exact bytes once with {@link #encode}; everyone
 * after that keeps and passes on those bytes and only reads them with {@link #decode}.
 */
public sealed interface Document
        permits Document.Command, Document.Cancel, OperatorList, NodeRecord, EnrolmentRequest, AuditHead, TurnDown {
    /** The id of this document; for a command also the command's id. */
    CommandId id();

    /** In no other fleet it means anything. */
    FleetId fleet();

    /** The key of whoever says it, and the first to sign. */
    KeyId issuer();

    Instant issuedAt();

    byte[] encode();

    /**
     * Something to be executed by its targets.
     *
     * @param part    1-based; an order for many nodes is several documents under one id
     * @param targets the machines it is for, resolved by whoever orders; 1 to {@link Limits#TARGETS_PER_DOCUMENT}, none twice
     * @param startBefore an execution that has not started by then expires
     * @param timeout how long it may run
     * @param repeatable whether it may run again after an interruption
     * @param dryRun whether a node only says what it would make of it
     */
    record Command(
            CommandId id,
            FleetId fleet,
            int part,
            int parts,
            KeyId issuer,
            Instant issuedAt,
            List<Target> targets,
            String method,
            String domain,
            JsonObject arguments,
            Instant startBefore,
            Optional<Duration> timeout,
            boolean repeatable,
            boolean dryRun)
            implements Document {
        private static final Set<String> FIELDS = Set.of(
                "format",
                "type",
                "id",
                "fleet",
                "part",
                "parts",
                "issuer",
                "issuedAt",
                "targets",
                "method",
                "domain",
                "arguments",
                "startBefore",
                "timeoutMs",
                "repeatable",
                "dryRun");

        public Command {
            targets = List.copyOf(targets);
        }

        /** How many nodes the whole order names, at most: a part knows only of its own. */
        public int mostTargets() {
            return parts == 1 ? targets.size() : parts * Limits.TARGETS_PER_DOCUMENT;
        }

        @Override
        public byte[] encode() {
            var json = new LinkedHashMap<String, @Nullable Object>();
            json.put("format", Limits.FORMAT);
            json.put("type", "command");
            json.put("id", id);
            json.put("fleet", fleet);
            json.put("part", part);
            json.put("parts", parts);
            json.put("issuer", issuer);
            json.put("issuedAt", Times.text(issuedAt));
            json.put("targets", Target.json(targets));
            json.put("method", method);
            json.put("domain", domain);
            json.put("arguments", arguments);
            json.put("startBefore", Times.text(startBefore));
            timeout.ifPresent(value -> json.put("timeoutMs", value.toMillis()));
            json.put("repeatable", repeatable);
            if (dryRun) {
                json.put("dryRun", true);
            }
            return Json.bytes(json);
        }

        private static Command from(JsonObject json) throws RefusedException {
            json.onlyKnown(FIELDS);
            int parts = (int) json.integer("parts", 1, Limits.PARTS_PER_COMMAND);
            return new Command(
                    CommandId.parse(json.text("id")),
                    FleetId.parse(json.text("fleet")),
                    (int) json.integer("part", 1, parts),
                    parts,
                    KeyId.parse(json.text("issuer")),
                    json.time("issuedAt"),
                    Target.read(json),
                    Subject.token("method", json.text("method")),
                    Subject.token("domain", json.text("domain")),
                    json.object("arguments"),
                    json.time("startBefore"),
                    json.optionalMillis("timeoutMs", Limits.MAX_TIMEOUT),
                    json.bool("repeatable"),
                    json.has("dryRun") && json.bool("dryRun"));
        }
    }

    /** Stop a command, or don't start it, on the targets. */
    record Cancel(CommandId id, FleetId fleet, KeyId issuer, Instant issuedAt, List<Target> targets, CommandId command)
            implements Document {
        private static final Set<String> FIELDS =
                Set.of("format", "type", "id", "fleet", "issuer", "issuedAt", "targets", "command");

        public Cancel {
            targets = List.copyOf(targets);
        }

        @Override
        public byte[] encode() {
            Map<String, @Nullable Object> json = Envelope.of("cancel", this);
            json.put("targets", Target.json(targets));
            json.put("command", command);
            return Json.bytes(json);
        }

        private static Cancel from(JsonObject json) throws RefusedException {
            json.onlyKnown(FIELDS);
            return new Cancel(
                    CommandId.parse(json.text("id")),
                    FleetId.parse(json.text("fleet")),
                    KeyId.parse(json.text("issuer")),
                    json.time("issuedAt"),
                    Target.read(json),
                    CommandId.parse(json.text("command")));
        }
    }

    static Document decode(byte[] bytes) throws RefusedException {
        JsonObject json = Json.object(bytes, Limits.DOCUMENT_BYTES);
        json.integer("format", Limits.FORMAT, Limits.FORMAT);
        String type = json.text("type");
        return switch (type) {
            case "command" -> Command.from(json);
            case "cancel" -> Cancel.from(json);
            case OperatorList.TYPE -> OperatorList.from(json);
            case NodeRecord.TYPE -> NodeRecord.from(json);
            case EnrolmentRequest.TYPE -> EnrolmentRequest.from(json);
            case AuditHead.TYPE -> AuditHead.from(json);
            case TurnDown.TYPE -> TurnDown.from(json);
            default -> throw new RefusedException("unknown document type '%s'".formatted(type));
        };
    }
}
