// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.link.Now;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The bearer tokens of the API besides the one of the station's own file. */
final class ApiTokens {
    private final StationStore store;
    private final StationSink sink;
    private final AuditLog audit;
    private final Map<CommandId, ApiToken> tokens = new LinkedHashMap<>();

    ApiTokens(StationStore store, StationSink sink, AuditLog audit) {
        this.store = store;
        this.sink = sink;
        this.audit = audit;
        store.apiTokens().forEach(token -> tokens.put(token.id(), token));
        announce();
    }

    Answer make(Now now, String via, ApiToken token) {
        ApiToken known = tokens.get(token.id());
        if (known != null && known.isSameOffer(token)) {
            return new Answer.Accepted(List.of());
        }
        if (store.isKnownApiToken(token.id(), token.hash())) {
            return conflict("there is or was another API token with this id or secret; make another one");
        }
        Optional<ApiToken> namesake = live(now, token.name());
        if (namesake.isPresent()) {
            return conflict("there is an API token '%s' already, %s: revoke that first, or choose another name"
                    .formatted(token.name(), namesake.get().id()));
        }
        List<ApiToken> over =
                tokens.values().stream().filter(each -> each.isOver(now.wall())).toList();
        if (tokens.size() - over.size() >= Limits.API_TOKENS) {
            return conflict(
                    "there are %d API tokens, the most that are kept; revoke some first".formatted(Limits.API_TOKENS));
        }
        over.forEach(each -> end(now, each)); // until here the list says that they have expired
        tokens.put(token.id(), token);
        sink.write(new LedgerWrite.PutApiToken(token));
        sink.log(
                System.Logger.Level.INFO,
                "API token '%s' (%s) for a role of %s, made by %s"
                        .formatted(token.name(), token.id(), token.role(), token.createdBy()));
        audit.record(
                now,
                AuditAction.API_TOKEN,
                Who.via(via),
                token.name(),
                "made: %s, %s%s, until %s"
                        .formatted(
                                token.id(),
                                token.role(),
                                token.scope().isAll() ? "" : " with a scope",
                                token.expiresAt()));
        announce();
        return new Answer.Accepted(List.of());
    }

    Answer revoke(Now now, String via, CommandId id) {
        ApiToken token = tokens.get(id);
        if (token == null) {
            return new Answer.Refused(Answer.Reason.NOT_FOUND, "no API token " + id);
        }
        end(now, token);
        sink.log(System.Logger.Level.INFO, "API token '%s' (%s) is revoked".formatted(token.name(), token.id()));
        audit.record(now, AuditAction.API_TOKEN, Who.via(via), token.name(), "revoked: " + token.id());
        announce();
        return new Answer.Accepted(List.of());
    }

    private Optional<ApiToken> live(Now now, String name) {
        return tokens.values().stream()
                .filter(each -> each.name().equals(name) && !each.isOver(now.wall()))
                .findFirst();
    }

    private void end(Now now, ApiToken token) {
        tokens.remove(token.id());
        sink.write(new LedgerWrite.RevokeApiToken(token.id(), now.wall()));
    }

    private void announce() {
        sink.apiTokens(new LiveTokens(tokens.values()));
    }

    private static Answer conflict(String message) {
        return new Answer.Refused(Answer.Reason.CONFLICT, message);
    }
}
