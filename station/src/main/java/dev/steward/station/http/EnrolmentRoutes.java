// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static dev.steward.station.core.Role.APPROVER;
import static dev.steward.station.core.Role.VIEWER;

import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.broker.Role;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import dev.steward.station.core.Answer;
import dev.steward.station.core.Token;
import dev.steward.station.ledger.LedgerReader;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The part of the API by which machines become nodes. */
final class EnrolmentRoutes {
    private static final Set<String> TOKEN_FIELDS = Set.of("id", "key", "login", "node", "expiresAt");
    private static final int TOKEN_BYTES = 4096;
    private static final Duration LONGEST = Duration.ofDays(30);

    private final Api.Settings settings;
    private final Orders orders;
    private final LedgerReader ledger;
    private final HeldRoutes held;

    EnrolmentRoutes(Api.Settings settings, Orders orders, LedgerReader ledger, HeldRoutes held) {
        this.held = held;
        this.settings = settings;
        this.orders = orders;
        this.ledger = ledger;
    }

    void route(Routes routes) {
        routes.get("/api/v1/tokens", VIEWER, this::tokens);
        routes.post("/api/v1/tokens", APPROVER, this::makeToken);
        routes.delete("/api/v1/tokens/{id}", APPROVER, this::revokeToken);
        routes.get("/api/v1/enrolments", VIEWER, this::enrolments);
        routes.get("/api/v1/node-records", VIEWER, this::records);
        routes.post("/api/v1/node-records", APPROVER, this::publishRecord);
    }

    private void tokens(Context context) throws InterruptedException {
        Api.json(
                context,
                Map.of(
                        "tokens",
                        ledger.tokens().stream().map(EnrolmentRoutes::view).toList()));
    }

    private void makeToken(Context context) throws InterruptedException {
        Token made = requested(context);
        Api.accepted(() -> orders.token(Caller.of(context).name(), made));
        context.status(201);
        var view = new LinkedHashMap<String, Object>();
        view.put("station", settings.station());
        view.put("linkKey", settings.linkKey());
        view.put("broker", settings.broker());
        settings.brokerKeys().ifPresent(keys -> {
            view.put("brokerAuthority", keys.authority());
            made.login().ifPresent(login -> view.put("brokerToken", brokerToken(keys, made, login)));
        });
        Api.json(context, view);
    }

    /** With which whoever has the token may ask, as long as somebody could wait. */
    private static String brokerToken(BrokerKeys keys, Token token, VerificationKey login) {
        return keys.token(Role.TOKEN, Role.nameOf(token.id()), login, token.createdAt(), Optional.of(token.lastWait()));
    }

    private Token requested(Context context) {
        try {
            return token(Json.object(context.bodyAsBytes(), TOKEN_BYTES));
        } catch (RefusedException e) {
            throw ApiException.badRequest("request: " + e.getMessage());
        }
    }

    private Token token(JsonObject request) throws RefusedException {
        request.onlyKnown(TOKEN_FIELDS);
        Instant now = settings.clock().instant();
        Instant expiresAt = request.time("expiresAt");
        if (!expiresAt.isAfter(now) || expiresAt.isAfter(now.plus(LONGEST))) {
            throw new RefusedException("'expiresAt' must lie in the next %d days".formatted(LONGEST.toDays()));
        }
        return new Token(
                CommandId.parse(request.text("id")),
                VerificationKey.parse(request.text("key")),
                request.has("login") ? Optional.of(VerificationKey.parse(request.text("login"))) : Optional.empty(),
                request.has("node") ? Optional.of(NodeName.parse(request.text("node"))) : Optional.empty(),
                now,
                expiresAt,
                Optional.empty());
    }

    private void revokeToken(Context context) throws InterruptedException {
        Api.accepted(() -> orders.revokeToken(Caller.of(context).name(), CommandId.parse(context.pathParam("id"))));
        context.status(204);
    }

    private void enrolments(Context context) throws InterruptedException {
        var list = new ArrayList<Map<String, @Nullable Object>>();
        for (LedgerReader.EnrolmentRow row : ledger.enrolments()) {
            if (read(row.signed()) instanceof EnrolmentRequest request) {
                list.add(view(request, row));
            }
        }
        Api.json(context, Map.of("enrolments", list));
    }

    private void records(Context context) throws InterruptedException {
        List<String> nodes = context.queryParams("node");
        if (nodes.isEmpty()) {
            throw ApiException.badRequest("'node' is missing: the name whose records are asked for");
        }
        if (nodes.size() > Limits.TARGETS_PER_DOCUMENT) {
            throw ApiException.badRequest("the records of %d nodes are asked for, at most %d at once are possible"
                    .formatted(nodes.size(), Limits.TARGETS_PER_DOCUMENT));
        }
        List<String> records = ledger.nodeRecords(nodes).stream()
                .map(record -> new String(record, StandardCharsets.UTF_8))
                .toList();
        Api.json(context, Map.of("records", records));
    }

    private void publishRecord(Context context) throws InterruptedException {
        var documents = new ArrayList<byte[]>();
        Answer.Accepted answer = Api.outcome(() -> {
            documents.addAll(Api.documents(context, Limits.TARGETS_PER_DOCUMENT));
            return orders.nodeRecords(Caller.of(context).name(), documents);
        });
        if (!answer.held().isEmpty()) {
            held.waits(context, answer.held());
        } else if (read(documents.getFirst()) instanceof NodeRecord record) {
            var view = new LinkedHashMap<String, Object>();
            view.put("node", record.node());
            view.put("fingerprint", record.key().id());
            Api.json(context, view);
        }
    }

    private static Object read(byte[] signed) {
        try {
            return SignedDocument.decode(signed).read();
        } catch (RefusedException e) {
            throw new IllegalStateException("a document that was accepted: " + e.getMessage(), e);
        }
    }

    private static Map<String, @Nullable Object> view(Token token) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("id", token.id());
        view.put("node", token.node().orElse(null));
        view.put("createdAt", Times.text(token.createdAt()));
        view.put("expiresAt", Times.text(token.expiresAt()));
        view.put("usedBy", token.usedBy().orElse(null));
        return view;
    }

    private static Map<String, @Nullable Object> view(EnrolmentRequest request, LedgerReader.EnrolmentRow row) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("node", request.node());
        view.put("fingerprint", request.key().id());
        view.put("key", request.key());
        view.put("linkKey", request.linkKey());
        view.put("login", request.login());
        view.put("token", request.token());
        view.put("requestedAt", row.requestedAt());
        view.put("request", new String(row.signed(), StandardCharsets.UTF_8));
        return view;
    }
}
