// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.message.EnrolmentToken;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.signing.VerificationKey;
import dev.steward.message.text.SafeText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A run of {@code steward agent enroll}, which makes a node's keys, asks for admission and ends once it is let in, in a
 * session of its own, so that a Ctrl-C for {@code up} does not reach it.
 */
record Enroller(NodeName node, Path folder, LogFile log, Process process) {
    /** How to start one. */
    record Plan(
            NodeName node,
            List<String> command,
            Map<String, String> environment,
            Path folder,
            LogFile log,
            Path record) {}

    private static final int LOG_LINES = 10;

    /** For one that closes its end of the pipe to be gone. */
    private static final long END_SECONDS = 2;

    /** @param token goes through a pipe: what stands on a command line, every user of the machine can read */
    static Enroller start(Plan plan, EnrolmentToken token, Children children)
            throws Failure, IOException, InterruptedException {
        var line = new ArrayList<String>();
        line.add("setsid");
        line.addAll(plan.command());
        var builder = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(plan.log().path().toFile()));
        builder.environment().putAll(plan.environment());
        Process process = children.startPassing(builder);
        Optional<ProcessRecord> record = ProcessRecord.of(process.pid());
        if (record.isPresent()) {
            record.get().write(plan.record()); // where this `up` is killed, the next one finds it
        }
        var enroller = new Enroller(plan.node(), plan.folder(), plan.log(), process);
        try (var out = process.getOutputStream()) {
            out.write((token.text() + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            boolean ended = process.waitFor(END_SECONDS, TimeUnit.SECONDS);
            if (!ended || process.exitValue() == 0) {
                throw enroller.failed("did not take its token (%s)".formatted(FileTrouble.text(e)));
            } // else it says itself why it has ended
        }
        return enroller;
    }

    /** The identity that it has made; empty until then. */
    Optional<VerificationKey> key() throws Failure {
        return keyIn(folder);
    }

    /** The identity in a node's folder; empty where none was made there. */
    static Optional<VerificationKey> keyIn(Path folder) throws Failure {
        Path file = folder.resolve("identity.pub");
        try (var in = Files.newInputStream(file)) {
            return Optional.of(VerificationKey.parse(Json.utf8(in.readNBytes(Limits.REASON_CHARS))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failure.failed("%s can't be read: %s".formatted(file, FileTrouble.text(e)));
        } catch (RefusedException e) {
            throw Failure.credential("%s is damaged: %s".formatted(file, e.getMessage()));
        }
    }

    /** Whether it has ended, be it as a node or not. */
    boolean hasEnded() {
        return !process.isAlive();
    }

    /** Why it has ended without being let in, and what to do; empty while it runs, or where it was let in. */
    Optional<String> refusal() {
        if (process.isAlive() || process.exitValue() == 0) {
            return Optional.empty();
        }
        return Optional.of("""
                %s is not started: its enrolment ended with exit code %d: %s
                  if it is known with another key, as one whose folder was made anew: steward node revoke %s, then start `up` again
                  its log: %s""".formatted(node, process.exitValue(), SafeText.line(log.refusal()), node, log.path()));
    }

    Failure failed(String what) {
        String lines = String.join("\n  ", log.tail(LOG_LINES));
        return Failure.failed(
                "the enrolment of %s %s; the end of its log %s:\n  %s".formatted(node, what, log.path(), lines));
    }
}
