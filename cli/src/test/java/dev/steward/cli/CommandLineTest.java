// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.Document;
import dev.steward.message.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:03:00Z");
    private static final String ID = "019c0f5e-0000-7000-8000-000000000001";
    private static final String COMMANDS = "/api/v1/commands";

    @TempDir
    private Path data;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private InputStream in = InputStream.nullInputStream();
    private Station station;

    @BeforeEach
    void startStation() throws IOException {
        station = new Station();
        station.writeFile(data, Station.TOKEN);
        environment.put("STEWARD_DATA", data.toString());
    }

    @AfterEach
    void stopStation() {
        station.close();
    }

    @Test
    void helpBeginsWithExamplesAndExitsWithZero() {
        for (String command :
                List.of("run", "nodes", "commands", "show", "watch", "output", "cancel", "version", "up")) {
            out.reset();
            assertThat(steward(command, "--help")).isZero();
            assertThat(out()).contains("Examples:\n  steward " + command);
        }
    }

    @Test
    void wrongUsageExitsWithTwoAndSaysWhatWasMeant() {
        assertThat(steward("node")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("unknown command 'node'; did you mean 'nodes'?");
        assertThat(steward("run", "--time-out", "5s")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("did you mean '--timeout'?");
        assertThat(steward("run", "--on", "all", "--timeout", "5", "--", "x")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("'5' is not a duration");
        assertThat(steward("run", "--on", "all")).isEqualTo(ExitCode.USAGE);
        assertThat(steward("run", "--", "date")).isEqualTo(ExitCode.USAGE);
        assertThat(steward("run", "--on", "all", "--shell", "x", "--", "y")).isEqualTo(ExitCode.USAGE);
        assertThat(steward("show")).isEqualTo(ExitCode.USAGE);
        assertThat(steward()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void anUnknownTargetOrdersNothing() {
        station.on("GET /api/v1/nodes", 200, Station.nodes("ship1", "ship2"));

        assertThat(steward("run", "--on", "ship1,ship3", "--", "date")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("unknown node 'ship3'; did you mean 'ship1'?");
        assertThat(steward("run", "--on", "plane*", "--", "date")).isEqualTo(ExitCode.USAGE);
        assertThat(station.requests("POST")).isEmpty();
    }

    @Test
    void aRefusedTokenExitsWithFour() throws IOException {
        station.writeFile(data, "wrong");

        assertThat(steward("nodes")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("refused the token");
    }

    @Test
    void aStationThatIsNotThereExitsWithFive() throws IOException {
        station.close();
        assertThat(steward("nodes")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err()).contains("can't be reached").contains("steward up");

        Files.delete(data.resolve("station.json"));
        assertThat(steward("nodes")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err()).contains("there is no " + data.resolve("station.json"));
    }

    @Test
    void anAddressGivenGoesBeforeTheFile() throws IOException {
        Files.delete(data.resolve("station.json"));
        station.on("GET /api/v1/nodes", 200, Station.nodes());
        Path token = Files.writeString(data.resolve("token"), Station.TOKEN + "\n");

        assertThat(steward("nodes", "--station-url", station.url(), "--token-file", token.toString()))
                .isZero();
        assertThat(steward("nodes", "--station-url", station.url())).isEqualTo(ExitCode.CREDENTIAL);
        environment.put("STEWARD_STATION_URL", station.url());
        environment.put("STEWARD_TOKEN", Station.TOKEN);
        assertThat(steward("nodes")).isZero();
        environment.put("STEWARD_STATION_URL", "localhost:8470");
        assertThat(steward("nodes")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void runGroupsEqualResultsAndExitsWithOneWhereSomeFailed() throws Exception {
        orderIsAccepted("failed", 3);
        station.on("GET " + COMMANDS + "/", 200, Station.command(ID, "failed", 3, "\"succeeded\":2,\"failed\":1"));
        station.on("GET /api/v1/stream", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(bytes(Station.transition(1, ID, "ship1", "running", "running")));
            exchange.getResponseBody().write(bytes(Station.transition(2, ID, "ship1", "failed", "failed")));
            exchange.getResponseBody().flush();
        });
        executionsAre(
                Station.execution("ship1", "failed", "\"exitCode\":7,\"stderr\":\"oh\""),
                Station.execution("ship2", "succeeded", "\"exitCode\":0,\"stdout\":\"hi\\n\""),
                Station.execution("ship3", "succeeded", "\"exitCode\":0,\"stdout\":\"hi\\n\""));

        assertThat(steward("run", "--on", "all", "--", "date")).isEqualTo(ExitCode.SOME_FAILED);

        assertThat(out()).isEqualTo("""
                        ── ship[2-3] (2) succeeded ──
                        hi
                        ── ship1 failed, exit 7 ──
                        ── stderr ──
                        oh
                        """);
        assertThat(err()).contains("command 019").contains("2 succeeded\n1 failed: ship1 (exit 7)\n");
    }

    @Test
    void runStopsWaitingWithThreeAndNamesWhoIsPending() throws Exception {
        orderIsAccepted("running", 2);
        station.on("GET " + COMMANDS + "/", 200, Station.command(ID, "running", 2, "\"succeeded\":1,\"queued\":1"));
        station.on("GET /api/v1/stream", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(bytes(": here\n"));
            exchange.getResponseBody().flush();
        });
        executionsAre(
                Station.execution("ship1", "succeeded", "\"exitCode\":0"),
                Station.execution("ship2", "queued", "\"reachable\":false,\"outputComplete\":false"));

        assertThat(steward("run", "--on", "all", "--wait", "300ms", "--", "date"))
                .isEqualTo(ExitCode.INCOMPLETE);

        assertThat(err())
                .contains("1 succeeded\n1 pending: ship2 (queued, not reachable, last heard 3m ago)\n")
                .contains("steward watch");
    }

    @Test
    void detachPrintsTheIdAlone() throws Exception {
        AtomicReference<Document.Command> ordered = orderIsAccepted("running", 2);

        assertThat(steward("run", "--on", "ship*", "--detach", "--stdin", "--", "cat", "-n"))
                .isZero();

        assertThat(out()).isEqualTo(ordered.get().id() + "\n");
        assertThat(ordered.get().arguments().texts("command", 9)).containsExactly("cat", "-n");
    }

    @Test
    void jsonIsOneDocumentWithEveryPromisedKeyInOrder() throws Exception {
        orderIsAccepted("succeeded", 1);
        station.on("GET " + COMMANDS + "/", 200, Station.command(ID, "succeeded", 1, "\"succeeded\":1"));
        executionsAre(Station.execution("ship1", "succeeded", "\"exitCode\":0,\"stdout\":\"hi\""));

        assertThat(steward("show", ID, "--json")).isZero();

        assertThat(out())
                .startsWith("{\"id\":\"" + ID + "\",\"method\":\"shellcommand\",\"domain\":\"operatingsystem\","
                        + "\"state\":\"succeeded\",\"executions\":[{\"node\":\"ship1\",\"state\":\"succeeded\","
                        + "\"provisional\":false,\"exitCode\":0,\"stdout\":\"hi\",\"stderr\":\"\",\"stdoutBase64\":null,"
                        + "\"truncatedBytes\":null,\"attempt\":null,\"startedAt\":null,\"finishedAt\":null,"
                        + "\"durationMs\":null,\"reachable\":true,\"lastHeardAt\":\"2026-01-31T12:00:00.000Z\",")
                .endsWith("}\n");
    }

    @Test
    void aBrokenConnectionAfterSendingIsTriedAgainWithTheSameBytes() throws Exception {
        var tries = new AtomicInteger();
        var first = new AtomicReference<>("");
        var second = new AtomicReference<>("");
        station.on("GET /api/v1/nodes", 200, Station.nodes("ship1"));
        station.on("POST " + COMMANDS, exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if (tries.incrementAndGet() <= 2) { // the JDK itself sends a POST twice before it says so
                first.set(body);
                exchange.close();
            } else {
                second.set(body);
                Station.send(exchange, 201, "{\"commands\":[" + Station.command(ID, "running", 1, "") + "]}");
            }
        });

        assertThat(steward("run", "--on", "ship1", "--detach", "--", "date")).isZero();
        assertThat(second.get()).isEqualTo(first.get()).isNotEmpty();
    }

    @Test
    void aFileOfCommandsIsOneOrder() throws Exception {
        var documents = new AtomicReference<List<String>>(List.of());
        station.on("GET /api/v1/nodes", 200, Station.nodes("ship1", "ship2"));
        station.on("POST " + COMMANDS, exchange -> {
            documents.set(documents(exchange.getRequestBody().readAllBytes()));
            Station.send(exchange, 201, "{\"commands\":[" + Station.command(ID, "running", 1, "") + "]}");
        });
        in = new ByteArrayInputStream(bytes("""
                - {targets: ship1, arguments: {command: [date]}}
                - {targets: all, arguments: {shell: uptime}}
                """));

        assertThat(steward("run", "-f", "-", "--detach")).isZero();

        assertThat(documents.get()).hasSize(2);
        assertThat(station.requests("POST")).hasSize(1);
        assertThat(steward("run", "-f", "-", "--on", "ship1")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void nodesSaysWhoIsThereAndWhenTheOthersWereHeard() {
        station.on("GET /api/v1/nodes", 200, """
                {"nodes":[{"name":"ship1","reachable":true,"lastHeardAt":"2026-01-31T12:02:58.000Z","labels":{"a":"b"},"facts":{"os":"Linux"}},
                {"name":"ship2","reachable":false,"lastHeardAt":null,"labels":{},"facts":null}]}""");

        assertThat(steward("nodes")).isZero();

        assertThat(out()).isEqualTo("""
                        NAME   STATE      LAST HEARD  OS     LABELS
                        ship1  reachable  2s ago      Linux  a=b
                        ship2  never      -           -
                        """);
    }

    @Test
    void watchTakesUpABrokenStreamAfterTheLastEvent() throws Exception {
        station.on("GET " + COMMANDS + "/", 200, Station.command(ID, "succeeded", 1, "\"succeeded\":1"));
        executionsAre(Station.execution("ship1", "succeeded", "\"exitCode\":0"));
        station.on("GET /api/v1/stream", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            String query = exchange.getRequestURI().getQuery();
            boolean again = query.contains("lastEventId=2");
            exchange.getResponseBody()
                    .write(bytes(
                            again
                                    ? Station.transition(3, ID, "ship1", "succeeded", "succeeded")
                                    : Station.transition(1, ID, "ship1", "received", "running")
                                            + Station.transition(2, ID, "ship1", "running", "running")
                                            + "id: 3\nevent: transition\ndata: {\"half"));
            exchange.close();
        });

        assertThat(steward("watch", ID)).isZero();

        assertThat(out().lines().map(line -> line.substring(9)))
                .containsExactly("ship1 received", "ship1 running", "ship1 succeeded");
        assertThat(station.requests("GET /api/v1/stream").get(0)).endsWith("lastEventId=0");
        assertThat(station.requests("GET /api/v1/stream").get(1)).endsWith("lastEventId=2");
    }

    private AtomicReference<Document.Command> orderIsAccepted(String state, int total) {
        var ordered = new AtomicReference<Document.Command>();
        station.on("GET /api/v1/nodes", 200, Station.nodes("ship1", "ship2"));
        station.on("POST " + COMMANDS, exchange -> {
            try {
                String document =
                        documents(exchange.getRequestBody().readAllBytes()).getFirst();
                ordered.set((Document.Command) Document.decode(bytes(document)));
            } catch (Exception e) {
                throw new IOException(e);
            }
            String id = ordered.get().id().toString();
            Station.send(exchange, 201, "{\"commands\":[" + Station.command(id, state, total, "") + "]}");
        });
        return ordered;
    }

    private static List<String> documents(byte[] body) throws IOException {
        try {
            return Json.object(body, body.length).texts("documents", 100);
        } catch (dev.steward.message.RefusedException e) {
            throw new IOException(e);
        }
    }

    /** The longer beginning of the path goes before that of the command itself. */
    private void executionsAre(String... executions) {
        station.on("GET " + COMMANDS + "/0", exchange -> {
            boolean asked = exchange.getRequestURI().getPath().endsWith("/executions");
            String command = Station.command(ID, executions[0].contains("queued") ? "running" : "succeeded", 1, "");
            Station.send(exchange, 200, asked ? Station.executions(executions) : command);
        });
    }

    private int steward(String... args) {
        return Main.commandLine(new Surroundings(
                        in, print(out), print(err), false, false, environment, InstantSource.fixed(NOW)))
                .execute(args);
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
