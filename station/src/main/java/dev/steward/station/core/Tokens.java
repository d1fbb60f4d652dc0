// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import dev.steward.message.Tally;
import dev.steward.message.link.Now;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The tokens with which machines may ask to become nodes. */
final class Tokens {
    /** A machine asks once a second at most; what is replayed must not keep the loop busy with signatures. */
    private static final int ASKED_A_SECOND = 20;

    private final StationSink sink;
    private final Map<CommandId, Token> tokens = new LinkedHashMap<>();
    private final Map<Optional<CommandId>, Integer> asked = new HashMap<>();
    private final Map<CommandId, Tally> refused = new HashMap<>();

    Tokens(StationStore store, StationSink sink) {
        this.sink = sink;
        store.tokens().forEach(token -> tokens.put(token.id(), token));
    }

    /** Makes a token good, until it expires or one machine has asked with it. */
    Answer make(Token token) {
        Token known = tokens.get(token.id());
        if (known != null) {
            return known.isSameOffer(token)
                    ? new Answer.Accepted(List.of())
                    : new Answer.Refused(Answer.Reason.CONFLICT, "there is a token %s".formatted(token.id()));
        }
        if (tokens.size() >= Limits.TOKENS) {
            return new Answer.Refused(
                    Answer.Reason.CONFLICT,
                    "there are %d tokens, the most that are kept; revoke some first".formatted(tokens.size()));
        }
        put(token);
        return new Answer.Accepted(List.of());
    }

    /** Whether there is time for this one: of each token, and of all that are not known together. */
    boolean hasTimeFor(CommandId id) {
        Optional<CommandId> counted = find(id).map(Token::id);
        return asked.merge(counted, 1, Integer::sum) <= ASKED_A_SECOND;
    }

    void use(Token token, KeyId by) {
        if (token.usedBy().isEmpty()) {
            put(token.used(by));
        }
    }

    /** Whether to tell of this refusal: whoever has a token could fill log and events. */
    boolean isWorthTelling(Token token) {
        return refused.computeIfAbsent(token.id(), id -> new Tally()).next();
    }

    boolean isLogin(VerificationKey key) {
        return tokens.values().stream().anyMatch(token -> token.login().equals(Optional.of(key)));
    }

    Optional<Token> find(CommandId id) {
        return Optional.ofNullable(tokens.get(id));
    }

    void forget(Token token) {
        tokens.remove(token.id());
        refused.remove(token.id());
        sink.write(new LedgerWrite.DeleteToken(token.id()));
    }

    /**
     * Those that are good for nothing any more; to be called once a second.
     *
     * @param awaited whether somebody who has asked with a token waits for an answer
     */
    List<Token> over(Now now, Predicate<Token> awaited) {
        asked.clear();
        return tokens.values().stream()
                .filter(token -> !now.wall().isBefore(end(token, awaited)))
                .toList();
    }

    private static Instant end(Token token, Predicate<Token> awaited) {
        return awaited.test(token) ? token.lastWait() : token.expiresAt();
    }

    private void put(Token token) {
        tokens.put(token.id(), token);
        sink.write(new LedgerWrite.PutToken(token));
    }
}
