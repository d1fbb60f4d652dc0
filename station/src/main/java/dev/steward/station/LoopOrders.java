// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import dev.steward.message.CommandId;
import dev.steward.message.NodeName;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.link.Now;
import dev.steward.message.trust.Trust;
import dev.steward.station.core.Answer;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.AuditAction;
import dev.steward.station.core.HeldId;
import dev.steward.station.core.LiveTokens;
import dev.steward.station.core.StationCore;
import dev.steward.station.core.Token;
import dev.steward.station.http.Orders;
import dev.steward.store.CommitLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Hands what the API asks for to the station's loop, and waits until what came of it is durable. Thread-safe. */
final class LoopOrders implements Orders {
    private static final System.Logger LOG = System.getLogger(LoopOrders.class.getName());
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
    private static final Duration NOTED_WITHIN = Duration.ofSeconds(1);

    private final CommitLoop<StationCore> loop;
    private final Supplier<Trust> trust;
    private final Supplier<LiveTokens> tokens;
    private final BiConsumer<CompletableFuture<Answer>, Answer> answers;

    /** @param answers takes what to answer once the batch is committed; called on the loop */
    LoopOrders(
            CommitLoop<StationCore> loop,
            Supplier<Trust> trust,
            Supplier<LiveTokens> tokens,
            BiConsumer<CompletableFuture<Answer>, Answer> answers) {
        this.loop = loop;
        this.trust = trust;
        this.tokens = tokens;
        this.answers = answers;
    }

    @Override
    public Trust trust() {
        return trust.get();
    }

    @Override
    public Answer operators(String via, List<byte[]> documents) throws InterruptedException, TimeoutException {
        return ask((core, now) -> core.operators(now, via, documents));
    }

    @Override
    public Answer order(String via, List<byte[]> documents) throws InterruptedException, TimeoutException {
        return askSigned(documents, (core, now) -> core.order(now, via, documents));
    }

    @Override
    public Answer sign(String via, CommandId command, List<byte[]> documents)
            throws InterruptedException, TimeoutException {
        return askSigned(documents, (core, now) -> core.sign(now, via, command, documents));
    }

    @Override
    public Answer signHeld(String via, HeldId id, List<byte[]> documents)
            throws InterruptedException, TimeoutException {
        return ask((core, now) -> core.signHeld(now, via, id, documents));
    }

    @Override
    public Answer turnDown(String via, HeldId id, List<byte[]> documents)
            throws InterruptedException, TimeoutException {
        return ask((core, now) -> core.turnDown(now, via, id, documents));
    }

    @Override
    public Answer login(String via, String text) throws InterruptedException, TimeoutException {
        return ask((core, now) -> {
            core.note(now, AuditAction.LOGIN, Who.via(via), text);
            return new Answer.Accepted(List.of());
        });
    }

    @Override
    public void note(AuditAction action, Who who, String text) throws InterruptedException {
        boolean taken =
                loop.failure().isEmpty() && loop.offer((core, now) -> core.note(now, action, who, text), NOTED_WITHIN);
        if (!taken) {
            LOG.log(System.Logger.Level.WARNING, "not in the audit log, the ledger does not answer: {0}", text);
        }
    }

    @Override
    public Answer cancel(String via, CommandId command, List<byte[]> documents)
            throws InterruptedException, TimeoutException {
        return askSigned(documents, (core, now) -> core.cancel(now, via, command, documents));
    }

    @Override
    public LiveTokens apiTokens() {
        return tokens.get();
    }

    @Override
    public Answer apiToken(String via, ApiToken token) throws InterruptedException, TimeoutException {
        return ask((core, now) -> core.apiToken(now, via, token));
    }

    @Override
    public Answer revokeApiToken(String via, CommandId id) throws InterruptedException, TimeoutException {
        return ask((core, now) -> core.revokeApiToken(now, via, id));
    }

    @Override
    public Answer token(String via, Token token) throws InterruptedException, TimeoutException {
        return ask((core, now) -> core.token(now, via, token));
    }

    @Override
    public Answer revokeToken(String via, CommandId id) throws InterruptedException, TimeoutException {
        return ask((core, now) -> core.revokeToken(now, via, id));
    }

    @Override
    public Answer unfreeze(String via, NodeName node) throws InterruptedException, TimeoutException {
        return ask((core, now) -> core.unfreeze(now, via, node));
    }

    @Override
    public Answer nodeRecords(String via, List<byte[]> documents) throws InterruptedException, TimeoutException {
        return ask((core, now) -> core.nodeRecords(now, via, documents));
    }

    private interface Question {
        Answer put(StationCore core, Now now);
    }

    /** What no operator has signed is turned away before it takes the loop's time. */
    private Answer askSigned(List<byte[]> documents, Question question) throws InterruptedException, TimeoutException {
        Optional<Answer> refusal = new SignatureCheck(trust.get()).refusal(documents, Instant.now());
        return refusal.isPresent() ? refusal.get() : ask(question);
    }

    /** The answer is given once the commit that holds it is durable. */
    private Answer ask(Question question) throws InterruptedException, TimeoutException {
        Optional<String> failure = loop.failure();
        if (failure.isPresent()) {
            return new Answer.Refused(
                    Answer.Reason.UNAVAILABLE, "the ledger does not work, nothing was recorded: " + failure.get());
        }
        var answer = new CompletableFuture<Answer>();
        if (!loop.offer((core, now) -> answers.accept(answer, question.put(core, now)), ANSWER_WITHIN)) {
            throw new TimeoutException("the loop is busy");
        }
        try {
            return answer.get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("nothing completes an answer with an error", e);
        }
    }
}
