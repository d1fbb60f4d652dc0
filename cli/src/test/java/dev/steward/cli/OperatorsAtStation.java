// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import com.sun.net.httpserver.HttpExchange;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.KnownList;
import dev.steward.message.FleetId;
import dev.steward.message.OperatorList.Operator;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.json.Json;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The station's part in lists of operators, by the book: it takes a higher one of an authority's. */
final class OperatorsAtStation {
    private final FleetId fleet;
    private final List<Identity> authorities;
    private KnownList list = KnownList.NONE;

    /** Done once, before the next list that is handed in is looked at. */
    private Runnable before = () -> {};

    /** How many of the next answers get lost, after what was asked was done. */
    private int answersToLose;

    OperatorsAtStation(Station station, FleetId fleet, Identity... authorities) {
        this.fleet = fleet;
        this.authorities = List.of(authorities);
        station.on("GET /api/v1/operators", exchange -> Station.send(exchange, 200, text()));
        station.on("POST /api/v1/operators", this::take);
    }

    synchronized void show(KnownList instead) {
        list = instead;
    }

    synchronized KnownList list() {
        return list;
    }

    synchronized void beforeTheNext(Runnable action) {
        before = action;
    }

    synchronized void loseAnswers(int count) {
        answersToLose = count;
    }

    private synchronized void take(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Runnable first = before;
        before = () -> {};
        first.run();
        try {
            String document = CommandLineFixture.documents(body).getFirst();
            KnownList next = KnownList.of(Optional.of(document));
            SignedDocument signed = next.signed().orElseThrow();
            if (authorities.stream()
                    .noneMatch(each -> signed.isSignedBy(each.signer().key(), Signatures.ED25519))) {
                refuse(exchange, 403, "signed by no authority of this fleet");
            } else if (next.number() <= list.number()) {
                refuse(exchange, 409, "list %d is not above the one in force".formatted(next.number()));
            } else {
                list = next;
                if (answersToLose-- > 0) {
                    exchange.close();
                } else {
                    Station.send(exchange, 200, text());
                }
            }
        } catch (RefusedException e) {
            refuse(exchange, 400, e.getMessage());
        }
    }

    private static void refuse(HttpExchange exchange, int status, String message) throws IOException {
        Station.send(exchange, status, Json.text(Map.of("error", Map.of("code", "refused", "message", message))));
    }

    private synchronized String text() {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("fleet", fleet);
        json.put("problem", null);
        json.put("number", list.number());
        json.put(
                "list",
                list.signed()
                        .map(signed -> new String(signed.encode(), StandardCharsets.UTF_8))
                        .orElse(null));
        var operators = new ArrayList<Map<String, @Nullable Object>>();
        list.operators().forEach(each -> operators.add(view(each)));
        authorities.stream()
                .filter(each -> list.operators().stream()
                        .noneMatch(one -> one.key().equals(each.signer().key())))
                .forEach(each -> operators.add(
                        view(new Operator(each.name(), each.signer().key(), Optional.empty(), Optional.empty()))));
        json.put("operators", operators);
        return Json.text(json);
    }

    private Map<String, @Nullable Object> view(Operator operator) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("name", operator.name());
        view.put("key", operator.key());
        view.put("fingerprint", operator.key().id());
        view.put("state", operator.revokedAt().isPresent() ? "revoked" : "active");
        view.put(
                "authority",
                authorities.stream().anyMatch(each -> each.signer().key().equals(operator.key())));
        view.put("expiresAt", operator.expiresAt().map(Times::text).orElse(null));
        view.put("revokedAt", operator.revokedAt().map(Times::text).orElse(null));
        return view;
    }
}
