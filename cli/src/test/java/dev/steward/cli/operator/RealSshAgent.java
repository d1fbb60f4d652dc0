// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.cli.terminal.PrivateFile;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.OpenSshKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The real ssh-agent, of the package openssh-client; ended by its pid. */
public final class RealSshAgent implements AutoCloseable {
    private final Path folder;
    private final Path socket;
    private final Process process;

    /** @param folder the path of a socket has 107 bytes at most */
    public RealSshAgent(Path folder) throws Exception {
        this.folder = folder;
        this.socket = folder.resolve("agent");
        this.process = new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("agent.log").toFile())
                .start();
        long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!answers()) {
            if (System.nanoTime() - until >= 0 || !process.isAlive()) {
                close();
                throw new AssertionError("ssh-agent does not start: " + Files.readString(folder.resolve("agent.log")));
            }
            Thread.onSpinWait();
        }
    }

    private boolean answers() {
        try {
            return agent().keys().isEmpty();
        } catch (dev.steward.message.signing.SigningException e) {
            return false;
        }
    }

    public Path socket() {
        return socket;
    }

    SshAgent agent() {
        return new SshAgent(socket, Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    /** Hands a key over to it, by ssh-add. */
    public void add(Ed25519 key, String comment) throws Exception {
        Path file = folder.resolve("to-add");
        PrivateFile.write(file, new OpenSshKey(key, comment).text());
        run(Map.of(), "ssh-add", "-q", file.toString());
        Files.delete(file);
    }

    /** Runs a program of OpenSSH beside it. */
    String run(Map<String, String> more, String... line) throws Exception {
        Path output = folder.resolve("printed");
        var builder = new ProcessBuilder(new ArrayList<>(List.of(line)))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile());
        builder.environment().put("SSH_AUTH_SOCK", socket.toString());
        builder.environment().putAll(more);
        Process ran = builder.start();
        if (!ran.waitFor(30, TimeUnit.SECONDS) || ran.exitValue() != 0) {
            ran.destroyForcibly();
            throw new AssertionError(List.of(line) + ": " + Files.readString(output, StandardCharsets.UTF_8));
        }
        return Files.readString(output, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
