// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.bus.BusListener;
import dev.steward.bus.BusSettings;
import dev.steward.bus.NatsBus;
import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import dev.steward.message.seal.ForgedException;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.SigningException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A machine that asks, over a real bus, to become a node. */
final class TestMachine implements AutoCloseable {
    private final TestNode node;
    private final CommandId token;
    private final Seal seal;
    private final NatsBus bus;
    private final CountDownLatch connected = new CountDownLatch(1);
    private final AtomicInteger heard = new AtomicInteger();
    private final BlockingQueue<WireMessage> answers = new LinkedBlockingQueue<>();

    TestMachine(TestNode node, CommandId token, LinkKey station, String broker) throws InterruptedException {
        this.node = node;
        this.token = token;
        this.seal = node.seal(station);
        String replyTo = EnrolmentRequest.replyTo(token).value();
        this.bus = NatsBus.node(BusSettings.of(broker, replyTo), replyTo, new FromBus());
        if (!connected.await(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no broker");
        }
    }

    /** Asks with the secret of a token, be it the right one or not. */
    void ask(Ed25519 secret) throws SigningException {
        byte[] signed = SignedDocument.sign(node.request(token), node.identity(), secret, node.login())
                .encode();
        bus.publish(new WireMessage(Subject.enrolment(NodeName.CENTRAL).toString(), Map.of(), signed));
    }

    void askWithoutItsLogin(Ed25519 secret) throws SigningException {
        byte[] signed = SignedDocument.sign(node.request(token), node.identity(), secret)
                .encode();
        bus.publish(new WireMessage(Subject.enrolment(NodeName.CENTRAL).toString(), Map.of(), signed));
    }

    /** The next answer to this machine; who has the same token hears all, and believes what is sealed for him. */
    EnrolmentAnswer awaitAnswer() throws InterruptedException, RefusedException {
        while (true) {
            WireMessage message = answers.poll(20, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no answer");
            }
            try {
                seal.open(message);
                return EnrolmentAnswer.decode(message.body());
            } catch (ForgedException e) {
                // the other one's
            }
        }
    }

    int answersSoFar() {
        return heard.get();
    }

    boolean isAnsweredWithin(Duration time) throws InterruptedException {
        return answers.poll(time.toMillis(), TimeUnit.MILLISECONDS) != null;
    }

    boolean isAnswered() {
        return !answers.isEmpty();
    }

    @Override
    public void close() {
        bus.close();
    }

    private final class FromBus implements BusListener {
        @Override
        public void connected() {
            connected.countDown();
        }

        @Override
        public void disconnected(String why) {}

        @Override
        public void message(WireMessage message, long position) {
            heard.incrementAndGet();
            answers.add(message);
        }
    }
}
