// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.cli.api.StationClient;
import dev.steward.cli.api.StationFile;
import dev.steward.cli.order.Order;
import dev.steward.e2e.Installation;
import dev.steward.e2e.TestNodes;
import dev.steward.e2e.TestOperator;
import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.Target;
import dev.steward.message.json.JsonObject;
import dev.steward.store.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** An installation that was started as it is shipped, and what the measurements ask of it. */
final class Site implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** As shipped; the tests' own is shorter. */
    private static final List<String> SHIPPED = List.of("--heartbeat", "30s");

    /** Whom the broker lets in, and how. */
    enum Broker {
        /** Who has the station's word for it, with TLS: as {@code steward up} makes it. */
        SECURED,
        /** Everybody, in the clear: the product knows it still, and here it is what the other one is compared with. */
        OPEN
    }

    /**
     * When a command was ordered, and how long afterwards it was there, in nanoseconds.
     *
     * @param answered by the API
     * @param started as the live stream tells it, like {@code ended}
     */
    record Timing(long answered, long started, long ended) {}

    /** A command with its documents, ready to be ordered. */
    record Echo(CommandId id, List<byte[]> documents) {}

    final Installation installation;
    final StationClient client;
    private final SecureRandom random = new SecureRandom();
    private final Database ledger;

    private Site(Installation installation) throws Exception {
        this.installation = installation;
        this.client = file().client();
        this.ledger = Database.openReadOnly(installation.folder.resolve("station/ledger.db"));
    }

    /** Broker and station as shipped, in a new folder. */
    static Site start(Path parent) throws Exception {
        return start(parent, Broker.SECURED);
    }

    static Site start(Path parent, Broker broker) throws Exception {
        Installation installation = broker == Broker.OPEN
                ? openBroker(parent)
                : Installation.secured(Files.createTempDirectory(parent, "site"));
        try {
            installation.startStation();
            return new Site(installation);
        } catch (Exception | Error e) {
            installation.close();
            throw e;
        }
    }

    /** A broker that everybody may use, alone; yardsticks need one, as no role of ours may publish what they do. */
    static Installation openBroker(Path parent) throws Exception {
        var installation = new Installation(Files.createTempDirectory(parent, "site"));
        try {
            installation.startBroker();
            return installation;
        } catch (Exception | Error e) {
            installation.close();
            throw e;
        }
    }

    StationFile file() throws Exception {
        return StationFile.read(installation.folder.resolve("station.json")).orElseThrow();
    }

    void startAgent(String name, String... more) throws Exception {
        var flags = new ArrayList<>(SHIPPED);
        flags.addAll(List.of(more));
        installation.startAgent(name, flags.toArray(String[]::new));
    }

    LiveStream stream() throws Exception {
        return new LiveStream(file());
    }

    /** {@code steward run --on NODES -- echo hi}, not yet ordered. */
    Echo echo(List<NodeName> nodes) throws Exception {
        Instant now = Instant.now();
        CommandId id = CommandId.create(now, random);
        var order = new Order(
                List.of(),
                Order.DEFAULT_METHOD,
                Order.DEFAULT_DOMAIN,
                JsonObject.of(Map.of("command", List.of("echo", "hi"))),
                Duration.ofMinutes(1),
                Duration.ofHours(24),
                false);
        List<Target> machines =
                nodes.stream().map(node -> TestNodes.target(node.value())).toList();
        return new Echo(id, order.documents(machines, id, TestOperator.IDENTITY, now, false));
    }

    void order(List<Echo> echoes) throws Exception {
        client.order(
                echoes.stream().flatMap(echo -> echo.documents.stream()).toList(),
                echoes.getFirst().id.toString());
    }

    /** Orders {@code echo hi} for one node, and waits for its success. */
    Timing echo(LiveStream stream, NodeName node) throws Exception {
        Echo echo = echo(List.of(node));
        long start = System.nanoTime();
        order(List.of(echo));
        long answered = System.nanoTime();
        long started = stream.awaitState(echo.id, ExecutionState.RUNNING);
        long ended = stream.awaitState(echo.id, ExecutionState.SUCCEEDED);
        return new Timing(answered - start, started - start, ended - start);
    }

    /** Executions of all commands that have not ended, read from the ledger itself. */
    long unfinished() {
        return ledger.first("SELECT coalesce(sum(unfinished), 0) FROM command", row -> row.getLong(1))
                .orElse(0L);
    }

    /** Waits until every execution has ended; asks every {@code pause}. */
    void awaitAll(Duration pause) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (unfinished() > 0) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "%d executions have not ended within %s".formatted(unfinished(), LIMIT));
            }
            LockSupport.parkNanos(pause.toNanos());
        }
    }

    /** A figure is about commands that succeeded: anything else makes it void. */
    void requireSuccess(long executions) {
        List<String> states = ledger.query(
                "SELECT state, count(*) FROM execution GROUP BY state", row -> row.getString(1) + "=" + row.getLong(2));
        if (!states.equals(List.of("succeeded=" + executions))) {
            throw new IllegalStateException("expected %d successes, got %s".formatted(executions, states));
        }
    }

    @Override
    public void close() throws Exception {
        ledger.close();
        installation.close();
    }
}
