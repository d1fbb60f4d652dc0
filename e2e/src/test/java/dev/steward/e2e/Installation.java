// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.Limits;
import dev.steward.message.Target;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import io.nats.client.Connection;
import io.nats.client.Nats;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A broker, a station and agents as real processes, each of which a test may kill and start again. */
public final class Installation implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(1);
    private static final Duration ENDS = Duration.ofMinutes(2);
    private static final Duration STOP = Duration.ofMinutes(2);
    private static final String BROKER = "broker";

    public final Path folder;
    private final int brokerPort = Machine.freePort();
    private final int httpPort = Machine.freePort();
    private final Map<String, Process> processes = new LinkedHashMap<>();
    public final TestNodes nodes = new TestNodes();

    private final Optional<SecuredBroker> secured;

    public Installation(Path folder) {
        this(folder, Optional.empty());
    }

    private Installation(Path folder, Optional<SecuredBroker> secured) {
        this.folder = folder;
        this.secured = secured;
    }

    /** One whose broker asks who connects; it is there at once. */
    public static Installation secured(Path folder) throws Exception {
        var broker = new SecuredBroker(folder.resolve("broker"));
        var installation = new Installation(folder, Optional.of(broker));
        installation.processes.put(BROKER, broker.process());
        return installation;
    }

    /** Again, where it was killed. */
    public void startBroker() throws Exception {
        if (secured.isPresent()) {
            secured.get().restart();
            processes.put(BROKER, secured.get().process());
        } else {
            startBroker("");
        }
    }

    /** @param settings more lines of its configuration */
    void startBroker(String settings) throws Exception {
        Path configuration = folder.resolve("broker.conf");
        Files.writeString(configuration, """
                host: 127.0.0.1
                port: %d
                server_name: test
                jetstream { store_dir: "%s" }
                %s
                """.formatted(brokerPort, folder.resolve("broker"), settings));
        start(BROKER, new ProcessBuilder(Machine.natsServer(), "-c", configuration.toString()));
        Await.until("broker listens", START, () -> listens(brokerPort));
    }

    void wipeBroker() throws IOException {
        Files.walkFileTree(folder.resolve("broker"), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** @param more flags, which come after and so above the usual ones */
    public void startStation(String... more) throws Exception {
        trustOperator(folder.resolve("station"));
        TestOperator.install(folder);
        nodes.installStation(folder.resolve("station"));
        Files.deleteIfExists(stationFile()); // a killed station leaves its own behind
        var arguments = new ArrayList<>(List.of(
                "station",
                "--broker",
                brokerUrl(),
                "--data",
                folder.resolve("station").toString(),
                "--http",
                "127.0.0.1:" + httpPort,
                "--station-file",
                stationFile().toString()));
        if (secured.isPresent()) {
            arguments.addAll(List.of("--broker-keys", secured.get().keysFile().toString()));
        }
        arguments.addAll(List.of(more));
        start("station", Machine.steward(arguments));
        Await.until(
                "station answers",
                START,
                () -> Files.exists(stationFile()) && get("version").isPresent());
        letIn(nodes.records(name -> !isLetIn(name))); // the ledger may be another
    }

    /** Lets nodes in by their signed records. */
    public void letIn(List<byte[]> records) throws Exception {
        for (int from = 0; from < records.size(); from += Limits.TARGETS_PER_DOCUMENT) {
            List<byte[]> some = records.subList(from, Math.min(records.size(), from + Limits.TARGETS_PER_DOCUMENT));
            if (!offer(some, "node-records")) {
                throw new AssertionError("the station lets nobody in");
            }
        }
    }

    public void startAgent(String name, String... more) throws Exception {
        trustOperator(agentFolder(name));
        nodes.install(name, agentFolder(name), brokerUrl(), secured.map(SecuredBroker::keys));
        letInWhereTheStationIsThere(name);
        var arguments = new ArrayList<>(List.of(
                "agent",
                "--name",
                name,
                "--broker",
                brokerUrl(),
                "--data",
                agentFolder(name).toString(),
                "--heartbeat",
                "2s"));
        arguments.addAll(List.of(more));
        start(name, Machine.steward(arguments));
    }

    /** The machine of that name, which is stopped, is gone for good, and another one gets its name. */
    void replace(String name) throws Exception {
        letIn(List.of(nodes.revocation(name)));
        Files.move(agentFolder(name), agentFolder(name + "-former"));
        nodes.replace(name);
    }

    public void startAgentAndWait(String name, String... more) throws Exception {
        startAgent(name, more);
        awaitReachable(name, true);
    }

    public void awaitReachable(String node, boolean reachable) throws Exception {
        Await.until(
                node + (reachable ? " reachable" : " not reachable"),
                START,
                () -> knownNodes().stream()
                        .anyMatch(found -> found.get("name") instanceof String name
                                && name.equals(node)
                                && found.get("reachable") instanceof Boolean is
                                && is == reachable));
    }

    List<JsonObject> knownNodes() throws Exception {
        return get("nodes").orElseThrow().objects("nodes", 1000);
    }

    /** A station that comes later gets the record at its start. */
    private void letInWhereTheStationIsThere(String name) throws Exception {
        Process station = processes.get("station");
        if (station != null && station.isAlive() && !isLetIn(name)) {
            letIn(List.of(nodes.record(name)));
        }
    }

    private boolean isLetIn(String name) {
        try {
            return knownNodes().stream()
                    .anyMatch(node -> name.equals(node.get("name")) && node.get("fingerprint") instanceof String);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes a trust file where there is none. */
    static void trustOperator(Path folder) throws IOException {
        Path file = folder.resolve("trust.yaml");
        if (!Files.exists(file)) {
            Files.createDirectories(folder);
            Files.writeString(file, TestOperator.trustFile());
        }
    }

    public Path agentFolder(String name) {
        return folder.resolve("nodes").resolve(name);
    }

    public Process process(String name) {
        Process process = processes.get(name);
        if (process == null) {
            throw new IllegalArgumentException("no process " + name);
        }
        return process;
    }

    public void kill(String name) throws InterruptedException {
        Machine.kill(process(name));
    }

    /** SIGTERM, and wait for the end. */
    public int stop(String name) throws InterruptedException {
        Process process = process(name);
        process.destroy();
        if (!process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("%s has not stopped within %d s".formatted(name, STOP.toSeconds()));
        }
        return process.exitValue();
    }

    /** Orders a shell line on nodes; returns the command's id. */
    CommandId order(String shell, boolean repeatable, String... nodes) throws Exception {
        Document.Command document = document(shell, repeatable, nodes);
        order(List.of(document));
        return document.id();
    }

    static Document.Command document(String shell, boolean repeatable, String... nodes) {
        return document(
                shell, repeatable, Arrays.stream(nodes).map(TestNodes::target).toList());
    }

    static Document.Command document(String shell, boolean repeatable, List<Target> targets) {
        Instant now = Instant.now();
        return new Document.Command(
                CommandId.create(now, new SecureRandom()),
                TestOperator.FLEET,
                1,
                1,
                TestOperator.KEY.key().id(),
                now,
                targets,
                "shellcommand",
                "operatingsystem",
                JsonObject.of(Map.of("shell", shell)),
                now.plus(Duration.ofHours(1)),
                Optional.of(Duration.ofMinutes(5)),
                repeatable,
                false);
    }

    void order(List<Document.Command> documents) throws Exception {
        if (!offer(documents)) {
            throw new AssertionError("the order was refused");
        }
    }

    /** Whether the station has taken them; the same documents may be offered again. */
    boolean offer(List<Document.Command> documents) throws Exception {
        return offer(documents.stream().map(TestOperator::sign).toList(), "commands");
    }

    /** @param path {@code commands}, {@code operators} or {@code node-records} */
    public boolean offer(List<byte[]> signed, String path) throws Exception {
        List<String> texts = signed.stream()
                .map(document -> new String(document, StandardCharsets.UTF_8))
                .toList();
        return request(path, Json.bytes(Map.of("documents", texts))).isPresent();
    }

    JsonObject execution(CommandId id, String node) throws Exception {
        return get("commands/" + id + "/executions?output=100000&node=" + node)
                .orElseThrow()
                .objects("executions", 1)
                .getFirst();
    }

    void awaitState(CommandId id, String node, String state) throws Exception {
        Await.until(
                "%s on %s %s".formatted(id, node, state),
                ENDS,
                () -> state(id, node).equals(state));
    }

    String state(CommandId id, String node) throws Exception {
        return execution(id, node).text("state");
    }

    /** How many executions of all commands are in each state. */
    Map<String, Long> states() throws Exception {
        var states = new LinkedHashMap<String, Long>();
        String before = "g";
        while (true) {
            List<JsonObject> page =
                    get("commands?limit=500&before=" + before).orElseThrow().objects("commands", 500);
            for (JsonObject command : page) {
                JsonObject counts = command.object("states");
                for (String state : counts.names()) {
                    states.merge(state, counts.integer(state, 0, Long.MAX_VALUE), Long::sum);
                }
            }
            if (page.size() < 500) {
                return states;
            }
            before = page.getLast().text("id");
        }
    }

    /** Where the station serves. */
    String url() {
        return "http://127.0.0.1:" + httpPort;
    }

    public Map<String, String> environment() {
        return Map.of("STEWARD_DATA", folder.toString());
    }

    Optional<JsonObject> get(String path) throws Exception {
        return request(path, null);
    }

    /** The API's answer, empty where it does not answer with success. */
    private Optional<JsonObject> request(String path, byte @Nullable [] body) throws Exception {
        JsonObject station = Json.object(Files.readAllBytes(stationFile()), 10_000);
        var connection = (HttpURLConnection)
                URI.create(station.text("url") + "/api/v1/" + path).toURL().openConnection();
        connection.setRequestProperty("Authorization", "Bearer " + station.text("token"));
        connection.setReadTimeout(60_000);
        try {
            if (body != null) {
                connection.setDoOutput(true);
                connection.getOutputStream().write(body);
            }
            if (connection.getResponseCode() >= 300) {
                return Optional.empty();
            }
            try (InputStream in = connection.getInputStream()) {
                return Optional.of(Json.object(in.readAllBytes(), Limits.REQUEST_BYTES));
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws Exception {
        var names = new ArrayList<>(processes.keySet());
        for (String name : names.reversed()) {
            process(name).destroy();
        }
        for (String name : names.reversed()) {
            if (!process(name).waitFor(15, TimeUnit.SECONDS)) {
                kill(name);
            }
        }
    }

    private Path stationFile() {
        return folder.resolve("station.json");
    }

    public int brokerPort() {
        return secured.map(SecuredBroker::port).orElse(brokerPort);
    }

    public String brokerUrl() {
        return brokerUrl(brokerPort());
    }

    /** Where something else passes on to the broker, at a port of this machine. */
    public String brokerUrl(int port) {
        return "%s://127.0.0.1:%d".formatted(secured.isPresent() ? "tls" : "nats", port);
    }

    /** With what a node logs in that runs in this process; empty at a broker that asks nobody. */
    public Optional<BrokerLogin> login(String node) {
        return secured.map(broker -> broker.login(nodes.credentials(node, broker.keys())));
    }

    /** A plain client that hears all that passes through the broker. */
    public Connection listen() throws Exception {
        return secured.isPresent() ? secured.get().listen() : Nats.connect(brokerUrl());
    }

    SecuredBroker securedBroker() {
        return secured.orElseThrow();
    }

    private void start(String name, ProcessBuilder builder) {
        try {
            processes.put(
                    name,
                    builder.redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                    folder.resolve(name + ".log").toFile()))
                            .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
