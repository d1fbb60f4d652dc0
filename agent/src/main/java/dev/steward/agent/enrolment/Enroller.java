// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.enrolment;

import dev.steward.bus.Bus;
import dev.steward.bus.BusListener;
import dev.steward.bus.BusSettings;
import dev.steward.bus.NatsBus;
import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.EnrolmentToken;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.broker.Credentials;
import dev.steward.message.link.Link;
import dev.steward.message.seal.ForgedException;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.SigningException;
import dev.steward.message.text.Durations;
import dev.steward.message.text.SafeText;
import dev.steward.message.trust.LocalTrust;
import dev.steward.message.trust.Trust;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Asks the station of a token for admission, over and over until it has an answer that is final. */
final class Enroller {
    private static final System.Logger LOG = System.getLogger(Enroller.class.getName());
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final int ANSWERS = 16;

    private final EnrolmentToken token;
    private final NodeName name;
    private final NodeKeys keys;
    private final String broker;
    private final LocalTrust trust;
    private final Consumer<String> progress;
    private final Seal seal;
    private final long begun = System.nanoTime();
    private final BlockingQueue<WireMessage> answers = new ArrayBlockingQueue<>(ANSWERS);
    private boolean told;
    private boolean silent;

    /** @param progress told what happens, a line each */
    Enroller(
            EnrolmentToken token,
            NodeName name,
            NodeKeys keys,
            String broker,
            LocalTrust trust,
            Consumer<String> progress) {
        this.token = token;
        this.name = name;
        this.keys = keys;
        this.broker = broker;
        this.trust = trust;
        this.progress = progress;
        this.seal = Seal.of(token.fleet(), keys.id(), Link.End.NODE, keys.link(), token.linkKey());
    }

    /**
     * Returns when an authority has approved.
     *
     * @throws RefusedException where the station refuses, or nobody has approved until {@code until}
     */
    Admission ask(Instant until) throws RefusedException, InterruptedException {
        EnrolmentRequest request = request();
        WireMessage message = new WireMessage(
                Subject.enrolment(token.station()).toString(),
                Map.of(),
                sign(request).encode());
        NodeName replyTo = request.replyTo();
        try (Bus bus = NatsBus.node(settings(), replyTo.value(), new FromBus())) {
            Duration pause = FIRST_PAUSE;
            while (Instant.now().isBefore(until)) {
                bus.publish(message);
                Optional<EnrolmentAnswer> approval = await(request, pause);
                if (approval.isPresent()) {
                    return approved(approval.get());
                }
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
        throw new RefusedException("not approved in time; the same command asks again");
    }

    private BusSettings settings() {
        return BusSettings.of(broker, EnrolmentRequest.replyTo(token.id()).value(), token.login());
    }

    /** Hears answers until the pause is over; empty where the request is still open. */
    private Optional<EnrolmentAnswer> await(EnrolmentRequest request, Duration pause)
            throws RefusedException, InterruptedException {
        long end = System.nanoTime() + pause.toNanos();
        while (true) {
            WireMessage message = answers.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (message == null) {
                tellOfSilence();
                return Optional.empty();
            }
            Optional<EnrolmentAnswer> answer =
                    read(message).filter(each -> each.request().equals(request.id()));
            if (answer.isPresent()) {
                switch (answer.get().state()) {
                    case REFUSED ->
                        throw new RefusedException("the station %s refuses: %s"
                                .formatted(
                                        token.station(),
                                        SafeText.line(answer.get().reason(), Limits.REASON_CHARS)));
                    case APPROVED -> {
                        return answer;
                    }
                    case PENDING -> waits();
                }
            }
        }
    }

    private void waits() {
        if (!told) {
            told = true;
            progress.accept(
                    "waiting for `steward node approve %s`, by whoever sees the same fingerprint".formatted(name));
        }
    }

    private void tellOfSilence() {
        if (!told && !silent && System.nanoTime() - begun > SILENCE.toNanos()) {
            silent = true;
            progress.accept(
                    "the station %s has not answered for %s: is it running at that broker, and is the token still good there? Trying on"
                            .formatted(token.station(), Durations.text(SILENCE)));
        }
    }

    private EnrolmentRequest request() {
        Instant now = Instant.now();
        return new EnrolmentRequest(
                CommandId.create(now, new SecureRandom()),
                token.fleet(),
                now,
                token.id(),
                name,
                keys.identity().key(),
                keys.link().key(),
                keys.login().key().key());
    }

    private SignedDocument sign(EnrolmentRequest request) {
        try {
            return SignedDocument.sign(
                    request, keys.identity(), token.secret(), keys.login().key());
        } catch (SigningException e) {
            throw new IllegalStateException("keys that are in memory sign", e);
        }
    }

    private Optional<EnrolmentAnswer> read(WireMessage message) {
        try {
            if (!message.subject()
                    .equals(Subject.enrolmentAnswer(EnrolmentRequest.replyTo(token.id()))
                            .toString())) {
                return Optional.empty();
            }
            WireMessage answer = seal.open(message);
            return Optional.of(EnrolmentAnswer.decode(answer.body()));
        } catch (ForgedException | RefusedException e) {
            LOG.log(System.Logger.Level.DEBUG, "not an answer of the station: {0}", e.getMessage());
            return Optional.empty();
        }
    }

    /** The station passes the record on; what counts is who has signed it. */
    private Admission approved(EnrolmentAnswer answer) throws RefusedException {
        SignedDocument signed = answer.record().orElseThrow();
        if (!(signed.read() instanceof NodeRecord record) || record.isRevoked() || !record.covers(request())) {
            throw new RefusedException(
                    "what was approved is not that this machine's keys, as they are, are %s; ask whoever approved it"
                            .formatted(name));
        }
        try {
            new Trust(Signatures.ED25519, trust, Optional.empty()).checkAuthorities(signed, record, Instant.now());
        } catch (RefusedException e) {
            throw new RefusedException("the approval does not hold by this machine's trust file: " + e.getMessage());
        }
        if (token.login().isPresent() && answer.brokerToken().isEmpty()) {
            throw new RefusedException("the station %s let this machine in, but not at its broker; ask whoever runs it"
                    .formatted(token.station()));
        }
        if (answer.brokerToken().isPresent()) {
            Credentials.checkOwner(
                    answer.brokerToken().get(), keys.login().key().key());
        }
        return new Admission(
                new Enrolment(
                        token.station(),
                        token.linkKey(),
                        broker,
                        token.login().map(BrokerLogin::authority),
                        record,
                        signed),
                answer.brokerToken().map(keys::withBrokerToken).orElse(keys));
    }

    private final class FromBus implements BusListener {
        private String lastWhy = "";

        @Override
        public void connected() {
            lastWhy = "";
            progress.accept("asking the station %s by %s"
                    .formatted(token.station(), settings().shownUrl()));
        }

        @Override
        public void disconnected(String why) {
            if (!why.equals(lastWhy)) { // and not at each attempt
                lastWhy = why;
                progress.accept("the broker %s: %s; trying on"
                        .formatted(settings().shownUrl(), SafeText.line(why, Limits.REASON_CHARS)));
            }
        }

        @Override
        public void message(WireMessage message, long position) {
            if (!answers.offer(message)) {
                LOG.log(System.Logger.Level.DEBUG, "more answers than are read; the next request brings another");
            }
        }
    }
}
