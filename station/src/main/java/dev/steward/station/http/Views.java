// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.trust.Trust;
import dev.steward.station.ledger.LedgerReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of the ledger as the API shows them; the shapes are those of {@code openapi.yaml}. */
final class Views {
    private final Presence presence;

    Views(Presence presence) {
        this.presence = presence;
    }

    Map<String, @Nullable Object> node(LedgerReader.Node node) {
        @Nullable JsonObject facts = node.facts() == null ? null : field(node.facts(), "facts");
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("name", node.name());
        view.put("fingerprint", node.fingerprint());
        view.put("rotating", node.rotating());
        view.put("reachable", presence.isReachable(node.name()));
        view.put("lastHeardAt", presence.lastHeardAt(node.name(), node.lastHeardAt()));
        view.put("frozenSince", node.frozenSince());
        view.put("audit", audit(node.audit()));
        view.put("labels", facts != null && facts.get("labels") instanceof JsonObject labels ? labels : Map.of());
        view.put("facts", facts);
        return view;
    }

    private static @Nullable Map<String, Object> audit(LedgerReader.@Nullable NodeAudit audit) {
        if (audit == null) {
            return null;
        }
        var view = new LinkedHashMap<String, Object>();
        view.put("number", audit.number());
        view.put("hash", audit.hash());
        view.put("at", audit.at());
        return view;
    }

    static Map<String, @Nullable Object> status(Health health) {
        var broker = new LinkedHashMap<String, @Nullable Object>();
        broker.put("url", health.broker().url());
        broker.put("connected", health.broker().connected());
        broker.put("since", Times.text(health.broker().since()));
        broker.put(
                "reason",
                health.broker().reason().isEmpty() ? null : health.broker().reason());
        var ledger = new LinkedHashMap<String, @Nullable Object>();
        ledger.put("failure", health.ledger().orElse(null));
        ledger.put("spaceLow", health.space().low());
        ledger.put(
                "space", health.space().text().isEmpty() ? null : health.space().text());
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("broker", broker);
        view.put("ledger", ledger);
        return view;
    }

    static Map<String, @Nullable Object> event(LedgerReader.Event event) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("position", event.position());
        view.put("node", event.node());
        view.put("source", event.source());
        view.put("text", event.text());
        view.put("at", event.at());
        view.put("receivedAt", event.receivedAt());
        return view;
    }

    static Map<String, @Nullable Object> command(LedgerReader.Command command) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("id", command.id());
        view.put("method", command.method());
        view.put("domain", command.domain());
        view.put("arguments", field(command.arguments(), "arguments"));
        view.put("issuer", command.issuer());
        view.put("issuerKey", command.issuerKey());
        view.put("state", command.state());
        view.put("orderedAt", command.orderedAt());
        view.put("startBefore", command.startBefore());
        view.put("timeoutMs", command.timeoutMs());
        view.put("repeatable", command.repeatable());
        view.put("dryRun", command.dryRun());
        view.put("total", command.total());
        view.put("states", command.states());
        String signers = command.signers();
        view.put("signers", signers == null ? null : List.of(signers.split(" ", -1)));
        view.put("signaturesNeeded", command.signaturesNeeded());
        return view;
    }

    /** What can't be read as text was changed, and then its hash does not fit either. */
    static Map<String, @Nullable Object> audit(LedgerReader.AuditRow row) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("number", row.number());
        view.put("entry", new String(row.entry(), StandardCharsets.UTF_8));
        view.put("hash", row.hash());
        byte[] head = row.head();
        view.put("head", head == null ? null : new String(head, StandardCharsets.UTF_8));
        return view;
    }

    static Map<String, @Nullable Object> operators(Trust trust, Instant now) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("fleet", trust.local().file().map(file -> file.fleet().value()).orElse(null));
        view.put(
                "problem",
                trust.local().file().isPresent() ? null : trust.local().problem());
        view.put("number", trust.listNumber());
        view.put(
                "list",
                trust.list()
                        .map(list -> new String(list.signed().encode(), StandardCharsets.UTF_8))
                        .orElse(null));
        view.put(
                "operators",
                trust.operators().stream()
                        .map(operator -> operator(operator, now))
                        .toList());
        return view;
    }

    private static Map<String, @Nullable Object> operator(Trust.Operator operator, Instant now) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("name", operator.name());
        view.put("key", operator.key());
        view.put("fingerprint", operator.key().id());
        view.put("state", operator.isRevoked() ? "revoked" : operator.isExpired(now) ? "expired" : "active");
        view.put("authority", operator.isAuthority());
        view.put("expiresAt", operator.expiresAt().map(Times::text).orElse(null));
        view.put("revokedAt", operator.revokedAt().map(Times::text).orElse(null));
        return view;
    }

    /** @param stdout the bytes, or null where they were not asked for */
    Map<String, @Nullable Object> execution(
            LedgerReader.ExecutionRow row, byte @Nullable [] stdout, byte @Nullable [] stderr) {
        @Nullable
        Long written = row.stdoutBytes() == null || row.stderrBytes() == null
                ? null
                : Long.valueOf(row.stdoutBytes() + row.stderrBytes());
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("node", row.node());
        view.put("state", row.state());
        view.put("provisional", row.provisional());
        view.put("exitCode", row.exitCode());
        view.put("reason", row.reason());
        view.put("stdout", text(stdout));
        view.put("stderr", text(stderr));
        view.put("stdoutBase64", base64IfNotText(stdout));
        view.put("stderrBase64", base64IfNotText(stderr));
        view.put("stdoutBytes", row.stdoutBytes());
        view.put("stderrBytes", row.stderrBytes());
        view.put("truncatedBytes", written == null || row.keptBytes() == null ? null : written - row.keptBytes());
        view.put("outputComplete", row.isOutputComplete());
        view.put("attempt", row.attempt() == 0 ? null : row.attempt());
        view.put("orderedAt", row.orderedAt());
        view.put("startedAt", row.startedAt());
        view.put("finishedAt", row.finishedAt());
        view.put("durationMs", row.durationMs());
        view.put("reachable", presence.isReachable(row.node()));
        view.put("lastHeardAt", presence.lastHeardAt(row.node(), row.lastHeardAt()));
        view.put("frozenSince", row.frozenSince());
        return view;
    }

    static Map<String, @Nullable Object> transition(LedgerReader.TransitionRow row) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("seq", row.seq());
        view.put("command", row.command());
        view.put("node", row.node());
        view.put("state", row.state());
        view.put("provisional", row.provisional());
        view.put("attempt", row.attempt() == 0 ? null : row.attempt());
        view.put("exitCode", row.exitCode());
        view.put("reason", row.reason());
        view.put("saidBy", row.saidBy());
        view.put("observedAt", row.observedAt());
        view.put("receivedAt", row.receivedAt());
        view.put("commandState", row.commandState());
        return view;
    }

    static Map<String, @Nullable Object> output(LedgerReader.OutputRow row) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("seq", row.seq());
        view.put("command", row.command());
        view.put("node", row.node());
        view.put("attempt", row.attempt());
        view.put("stream", row.stream());
        view.put("offset", row.offset());
        view.put("text", new String(row.bytes(), StandardCharsets.UTF_8));
        view.put("base64", Base64.getEncoder().encodeToString(row.bytes()));
        return view;
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static @Nullable String base64IfNotText(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            Json.utf8(bytes);
            return null;
        } catch (RefusedException e) {
            return Base64.getEncoder().encodeToString(bytes);
        }
    }

    private static JsonObject field(String json, String name) {
        try {
            return Json.object(json.getBytes(StandardCharsets.UTF_8), Integer.MAX_VALUE)
                    .object(name);
        } catch (RefusedException e) {
            throw new IllegalStateException("the ledger holds unreadable JSON: " + e.getMessage(), e);
        }
    }
}
