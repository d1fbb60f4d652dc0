// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.bus.BusSettings;
import dev.steward.bus.Launch;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.seal.LinkKey;
import dev.steward.station.Station;
import dev.steward.station.StationSettings;
import dev.steward.store.PrivateFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A real station in a temporary folder, with a broker of its own. */
final class RunningStation implements AutoCloseable {
    private record Known(TestNode node, byte[] record) {}

    final OpenApi openApi = new OpenApi();
    final NatsServer broker;
    final ApiClient client;
    final Path folder;
    private final int port;
    private final Map<String, Known> nodes = new HashMap<>();
    private Station station;

    RunningStation(Path folder) throws IOException, InterruptedException {
        Launch.logOneLineARecord();
        this.folder = Files.createDirectories(folder.resolve("station"));
        Files.writeString(this.folder.resolve("trust.yaml"), TestOperator.trustFile());
        this.port = FreePort.next();
        this.broker = new NatsServer(folder.resolve("broker"));
        this.station = start();
        this.client = new ApiClient(
                openApi, port, Files.readString(this.folder.resolve("token")).strip());
    }

    /** The key of the station's links. */
    LinkKey linkKey() {
        return PrivateFile.linkKey(folder).key();
    }

    /** A node that is let in and has said hello. */
    ScriptedNode node(String name) throws InterruptedException {
        return node(name, 0);
    }

    /** @param operators the number of the list of operators that it says it has */
    ScriptedNode node(String name, long operators) throws InterruptedException {
        Known known = known(name);
        try {
            client.nodeRecord(known.record); // again, as the ledger may be another
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return speakingAs(known.node, operators);
    }

    /** The keys of a node. */
    TestNode keys(String name) {
        return known(name).node;
    }

    private Known known(String name) {
        return nodes.computeIfAbsent(name, each -> {
            TestNode node = TestNode.usual(each);
            return new Known(node, TestOperator.sign(node.record(1, Optional.empty())));
        });
    }

    /** Whoever has these keys, let in or not. */
    ScriptedNode speakingAs(TestNode node) throws InterruptedException {
        return speakingAs(node, 0);
    }

    private ScriptedNode speakingAs(TestNode node, long operators) throws InterruptedException {
        return new ScriptedNode(
                node, linkKey(), broker.url(), Map.of("os", "Linux", "labels", Map.of("fleet", "north")), operators);
    }

    /** Makes a node known that is then not there; what is ordered for it stays at the station. */
    void absentNode(String name, EventReader events) throws InterruptedException {
        try (ScriptedNode _ = node(name)) {
            events.until(event -> event.tells(name, true));
        }
        events.until(event -> event.tells(name, false));
    }

    void restart() throws InterruptedException {
        station.stop();
        station = start();
    }

    interface Work {
        void run() throws IOException, RefusedException;
    }

    /** Does something to the stopped station's files. */
    void whileStopped(Work work) throws InterruptedException, IOException, RefusedException {
        station.stop();
        work.run();
        station = start();
    }

    void stopBroker() throws InterruptedException {
        broker.close();
    }

    @Override
    public void close() throws InterruptedException {
        client.close();
        station.stop();
        broker.close();
    }

    private Station start() {
        return new Station(new StationSettings(
                NodeName.CENTRAL,
                BusSettings.of(broker.url(), "central"),
                Optional.empty(),
                folder,
                folder.resolve("trust.yaml"),
                "127.0.0.1",
                port,
                Optional.empty(),
                folder.resolve("station.json"),
                false,
                "1.2.3"));
    }
}
