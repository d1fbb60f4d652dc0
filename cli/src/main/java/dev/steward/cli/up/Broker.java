// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.broker.BrokerFolder;
import dev.steward.cli.broker.ServerConfiguration;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.message.NodeName;
import dev.steward.message.StopTimes;
import dev.steward.message.broker.BrokerAuthority;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.signing.KeyId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The managed {@code nats-server}: its configuration, and one that an earlier {@code up} left behind. */
final class Broker {
    /** Where it listens unless a command line says otherwise. */
    static final String LOOPBACK = "127.0.0.1";

    static final String EVERYWHERE = "0.0.0.0";
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final DataFolder folder;
    private final String binary;
    private final String host;
    private final int port;
    private final InstantSource clock;
    private Optional<BrokerKeys> keys = Optional.empty();

    Broker(DataFolder folder, String binary, String host, int port, InstantSource clock) {
        this.folder = folder;
        this.binary = binary;
        this.host = host;
        this.port = port;
        this.clock = clock;
    }

    /** By whose key it is known, once it was started. */
    KeyId authority() {
        return keys.orElseThrow().authority();
    }

    /** Where what runs on this machine finds it. */
    String url() {
        return "tls://%s:%d".formatted(reachedAt(), port);
    }

    private String reachedAt() {
        return host.equals(EVERYWHERE) ? LOOPBACK : host;
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
        if (!Ports.isFree(host, port)) {
            throw Failure.failed(
                    "port %d on %s, meant for the broker, is in use or not of this machine\n  choose another with --broker-port N or --broker-host HOST"
                            .formatted(port, host));
        }
    }

    /** Makes keys and certificates where there are none. */
    Child.Plan plan() throws Failure, InterruptedException {
        keys = Optional.of(new BrokerFolder(folder.broker(), folder.station().resolve(BrokerKeys.FILE))
                .ensure(NodeName.CENTRAL, List.of(LOOPBACK, "localhost"), clock.instant()));
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
        return Ports.natsAnswers(reachedAt(), port, new BrokerAuthority(authority()));
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

    private String configuration(boolean buffers) {
        var server = new ServerConfiguration.Server("steward", host, port, folder.broker(), "1GB");
        return """
                # Written by `steward up` at each start.
                %s%s""".formatted(server.text(buffers), ServerConfiguration.security(keys.orElseThrow(), folder.broker()));
    }
}
