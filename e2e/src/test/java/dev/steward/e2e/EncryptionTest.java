// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.RefusedException;
import dev.steward.message.WireMessage;
import dev.steward.message.link.Frame;
import dev.steward.message.link.FrameCodec;
import io.nats.client.Connection;
import io.nats.client.Message;
import io.nats.client.Subscription;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What whoever has the broker can read of what passes through it. */
class EncryptionTest {
    private static final String ORDERED = "a-word-that-was-ordered";
    private static final String PUT_OUT = "A-WORD-THAT-WAS-PUT-OUT";

    @TempDir
    Path folder;

    private Installation installation = new Installation(Path.of(""));

    @BeforeEach
    void start() throws Exception {
        installation = Installation.secured(folder);
    }

    @AfterEach
    void stop() throws Exception {
        installation.close();
    }

    @Test
    void withEncryptedBodiesTheBrokerSeesNeitherOrdersNorOutput() throws Exception {
        installation.startStation("--encrypt-bodies");
        installation.startAgentAndWait("ship1");
        List<Message> heard = hearOneCommand();
        assertThat(heard).hasSizeGreaterThan(3).noneMatch(message -> holds(message, ORDERED));
        assertThat(heard).noneMatch(message -> holds(message, PUT_OUT));
        assertThat(heard.stream().filter(message -> message.getData().length > 0))
                .as("each says that it is encrypted")
                .allMatch(message -> "1".equals(message.getHeaders().getFirst("x")));

        installation.stop("station"); // it changes its mind: its nodes read both
        installation.startStation();
        installation.awaitReachable("ship1", true);
        assertThat(hearOneCommand()).anyMatch(message -> holds(message, ORDERED));
    }

    @Test
    void withoutTheBrokerSeesBoth() throws Exception {
        installation.startStation();
        installation.startAgentAndWait("ship1");
        List<Message> heard = hearOneCommand();
        assertThat(heard).anyMatch(message -> holds(message, ORDERED));
        assertThat(heard).anyMatch(message -> holds(message, PUT_OUT));
    }

    private List<Message> hearOneCommand() throws Exception {
        var heard = new ArrayList<Message>();
        try (Connection bus = installation.listen()) {
            Subscription all = bus.subscribe(">");
            bus.flush(Duration.ofSeconds(10));
            var command = installation.order(
                    "echo %s | tr a-z A-Z; : %s".formatted("a-word-that-was-put-out", ORDERED), false, "ship1");
            installation.awaitState(command, "ship1", "succeeded");
            for (Message message = all.nextMessage(300); message != null; message = all.nextMessage(300)) {
                if (message.hasHeaders() && message.getHeaders().getFirst("m") != null) {
                    heard.add(message);
                }
            }
        }
        return heard;
    }

    /** As whoever knows the format reads it: bodies are packed. */
    private static boolean holds(Message message, String word) {
        var headers = new LinkedHashMap<String, String>();
        message.getHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        String raw = message.getSubject() + headers + text(message.getData());
        try {
            Frame frame = FrameCodec.decode(new WireMessage(message.getSubject(), headers, message.getData()));
            return (frame instanceof Frame.Data data ? raw + text(data.body()) : raw + frame).contains(word);
        } catch (RefusedException e) {
            return raw.contains(word);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
