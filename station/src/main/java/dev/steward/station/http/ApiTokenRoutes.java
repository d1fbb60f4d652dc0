// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.Role;
import dev.steward.station.core.Scope;
import io.javalin.http.Context;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The part of the API by which bearer tokens are made and revoked. Their secrets never come here but as credentials. */
final class ApiTokenRoutes {
    private static final Set<String> FIELDS = Set.of("id", "name", "hash", "role", "targets", "methods", "expiresAt");
    private static final int REQUEST_BYTES = 32 * 1024;

    private final Orders orders;
    private final InstantSource clock;

    ApiTokenRoutes(Orders orders, InstantSource clock) {
        this.orders = orders;
        this.clock = clock;
    }

    void route(Routes routes) {
        routes.get("/api/v1/api-tokens", Role.VIEWER, this::list);
        routes.post("/api/v1/api-tokens", Role.ADMIN, this::make);
        routes.delete("/api/v1/api-tokens/{id}", Role.ADMIN, this::revoke);
    }

    private void list(Context context) {
        List<Map<String, @Nullable Object>> tokens =
                orders.apiTokens().all().stream().map(ApiTokenRoutes::view).toList();
        Api.json(context, Map.of("tokens", tokens));
    }

    private void make(Context context) throws InterruptedException {
        ApiToken token = requested(context);
        Api.accepted(() -> orders.apiToken(Caller.of(context).name(), token));
        context.status(201);
        Api.json(context, view(token));
    }

    private void revoke(Context context) throws InterruptedException {
        Api.accepted(() -> orders.revokeApiToken(Caller.of(context).name(), CommandId.parse(context.pathParam("id"))));
        context.status(204);
    }

    private ApiToken requested(Context context) {
        try {
            return token(Json.object(context.bodyAsBytes(), REQUEST_BYTES), Caller.of(context));
        } catch (RefusedException e) {
            throw ApiException.badRequest("request: " + e.getMessage());
        }
    }

    private ApiToken token(JsonObject request, Caller maker) throws RefusedException {
        request.onlyKnown(FIELDS);
        Instant now = clock.instant();
        Instant expiresAt = request.time("expiresAt");
        if (!expiresAt.isAfter(now) || expiresAt.isAfter(now.plus(Limits.API_TOKEN_LIFE))) {
            throw new RefusedException(
                    "'expiresAt' must lie in the next %d days".formatted(Limits.API_TOKEN_LIFE.toDays()));
        }
        Role role = Role.parse(request.text("role"));
        Scope scope = Scope.of(words(request, "targets"), words(request, "methods"));
        if (role.includes(Role.APPROVER) && !scope.isAll()) {
            throw new RefusedException(
                    "an admin could make a token without targets and methods for itself, and an approver lets nodes in, whatever they are called: leave them out");
        }
        return new ApiToken(
                CommandId.parse(request.text("id")),
                ApiToken.checkName(request.text("name")),
                ApiToken.checkHash(request.text("hash")),
                role,
                scope,
                now,
                maker.name(),
                expiresAt);
    }

    private static Optional<List<String>> words(JsonObject request, String name) throws RefusedException {
        return request.has(name) ? Optional.of(request.texts(name, Limits.API_TOKEN_PATTERNS)) : Optional.empty();
    }

    private static Map<String, @Nullable Object> view(ApiToken token) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("id", token.id());
        view.put("name", token.name());
        view.put("role", token.role().toString());
        view.put("targets", token.scope().targets().orElse(null));
        view.put("methods", token.scope().methods().orElse(null));
        view.put("createdAt", Times.text(token.createdAt()));
        view.put("createdBy", token.createdBy());
        view.put("expiresAt", Times.text(token.expiresAt()));
        return view;
    }
}
