// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A machine that asks to become a node, with real processes. */
final class Newcomer {
    private static final Duration SOON = Duration.ofMinutes(1);
    private static final Pattern FINGERPRINT = Pattern.compile("identity (SHA256:\\S+)");

    private final String name;
    private final Path data;
    private final Path log;
    private final Process enrolling;

    /** Starts to ask. */
    Newcomer(Path folder, String name, String token) throws Exception {
        this.name = name;
        this.data = folder.resolve(name);
        this.log = folder.resolve(name + ".enroll.log");
        this.enrolling = start(log, "agent", "enroll", token, "--data", data.toString(), "--name", name);
    }

    /** The fingerprint that it shows while it waits to be approved. */
    String awaitFingerprint() throws Exception {
        awaitLog("node approve " + name);
        Matcher shown = FINGERPRINT.matcher(Files.readString(log));
        assertThat(shown.find()).isTrue();
        return shown.group(1);
    }

    void awaitLog(String text) throws Exception {
        Await.until("it says: " + text, SOON, () -> Files.readString(log).contains(text));
    }

    void awaitEnrolled() throws Exception {
        assertThat(enrolling.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(enrolling.exitValue()).as(Files.readString(log)).isZero();
    }

    void kill() throws InterruptedException {
        Machine.kill(enrolling);
    }

    /** Its agent, which logs to {@code agentLog}. */
    Process startAgent(Path agentLog) throws Exception {
        return start(agentLog, "agent", "--data", data.toString());
    }

    private static Process start(Path log, String... words) throws Exception {
        return Machine.steward(List.of(words))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }
}
