// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.message.StopTimes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The managed {@code nats-server}: its configuration, and one that an earlier {@code up} left behind. */
final class Broker {
    static final String HOST = "127.0.0.1";

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final DataFolder folder;
    private final String binary;
    private final int port;

    Broker(DataFolder folder, String binary, int port) {
        this.folder = folder;
        this.binary = binary;
        this.port = port;
    }

    String url() {
        return "nats://%s:%d".formatted(HOST, port);
    }

    /**
     * Ends a broker that outlived its {@code up}, which was killed. The record must name the very process; whatever
     * else uses the port is somebody else's.
     */
    void endLeftover(Consumer<String> say) throws InterruptedException {
        Optional<ProcessHandle> leftover = ProcessRecord.read(record()).flatMap(ProcessRecord::alive);
        if (leftover.isEmpty()) {
            return;
        }
        ProcessHandle process = leftover.get();
        say.accept("ending the broker that an earlier `up` left behind, pid " + process.pid());
        process.destroy();
        if (!ended(process, GRACE)) {
            process.destroyForcibly();
            ended(process, GRACE);
        }
    }

    private static boolean ended(ProcessHandle process, Duration within) throws InterruptedException {
        long until = System.nanoTime() + within.toNanos();
        while (process.isAlive() && System.nanoTime() - until < 0) {
            Thread.sleep(50);
        }
        return !process.isAlive();
    }

    void checkPort() throws Failure {
        if (!Ports.isFree(HOST, port)) {
            throw Failure.failed("port %d on %s, meant for the broker, is in use\n  choose another with --broker-port N"
                    .formatted(port, HOST));
        }
    }

    Child.Plan plan() throws Failure, InterruptedException {
        Path configuration = folder.broker().resolve("nats-server.conf");
        writeConfiguration(configuration);
        List<String> command = List.of(binary, "-c", configuration.toString());
        return new Child.Plan(
                "broker",
                "broker",
                command,
                Map.of(),
                command,
                false,
                StopTimes.killAfter(GRACE),
                new LogFile(folder.log("broker")),
                folder.broker(),
                record());
    }

    boolean isReady() {
        return Ports.natsAnswers(HOST, port);
    }

    private Path record() {
        return folder.broker().resolve("broker.json");
    }

    /** Older servers refuse settings that they don't know, so the server itself is asked. */
    private void writeConfiguration(Path file) throws Failure, InterruptedException {
        try {
            PrivateFile.write(file, configuration(true));
            if (test(file).isEmpty()) {
                return;
            }
            PrivateFile.write(file, configuration(false));
            Optional<String> complaint = test(file);
            if (complaint.isPresent()) {
                throw Failure.failed("%s refuses its configuration:\n%s".formatted(binary, complaint.get()));
            }
        } catch (IOException e) {
            throw Failure.failed("the broker can't be prepared: " + e.getMessage());
        }
    }

    /** What the server complains of. */
    private Optional<String> test(Path file) throws IOException, InterruptedException {
        Path answer = Files.createTempFile(folder.broker(), "test", ".txt");
        try {
            Process test = new ProcessBuilder(binary, "-t", "-c", file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(answer.toFile())
                    .start();
            if (!test.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                test.destroyForcibly();
                return Optional.of("(it does not answer)");
            }
            return test.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of(Files.readString(answer).strip());
        } finally {
            Files.delete(answer);
        }
    }

    /** @param buffers with room for a flood into the mailbox, which servers from 2.11 on drop silently without it */
    String configuration(boolean buffers) {
        String more = buffers ? "  max_buffered_msgs: 200000\n  max_buffered_size: 512MB\n" : "";
        return """
                # Written by `steward up` at each start.
                server_name: "steward"
                host: "%s"
                port: %d
                max_payload: 1MB
                max_connections: 2000
                max_control_line: 4KB
                max_pending: 64MB
                write_deadline: "10s"
                jetstream {
                  # The server makes a folder jetstream in it.
                  store_dir: "%s"
                  max_memory_store: 0
                  max_file_store: 1GB
                %s}
                """.formatted(HOST, port, escaped(folder.broker().toString()), more);
    }

    private static String escaped(String path) {
        return path.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
