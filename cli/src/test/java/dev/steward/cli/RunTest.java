// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.Document;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class RunTest extends CommandLineFixture {
    @Test
    void anUnknownTargetOrdersNothing() {
        station.on("GET /api/v1/nodes", 200, Station.nodes("ship1", "ship2"));

        assertThat(steward("run", "--on", "ship1,ship3", "--", "date")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("unknown node 'ship3'; did you mean 'ship1'?");
        assertThat(steward("run", "--on", "plane*", "--", "date")).isEqualTo(ExitCode.USAGE);
        assertThat(station.requests("POST")).isEmpty();
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
    void watchTakesUpABrokenStreamAfterTheLastEvent() throws Exception {
        station.on("GET " + COMMANDS + "/", 200, Station.command(ID, "succeeded", 1, "\"succeeded\":1"));
        executionsAre(Station.execution("ship1", "succeeded", "\"exitCode\":0"));
        station.on("GET /api/v1/stream", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            String query = exchange.getRequestURI().getQuery();
            String events = switch (query.replaceFirst(".*lastEventId=", "")) {
                case "0" ->
                    Station.transition(1, ID, "ship1", "received", "running")
                            + Station.transition(2, ID, "ship1", "running", "running")
                            + "id: " + Station.ERA + "-3\nevent: transition\ndata: {\"half";
                case Station.ERA + "-2" -> Station.transition(3, ID, "ship1", "succeeded", "succeeded");
                default -> ": still here\n\n";
            };
            exchange.getResponseBody().write(bytes(events));
            exchange.close();
        });

        assertThat(steward("watch", ID)).isZero();

        assertThat(out().lines().map(line -> line.substring(9)))
                .containsExactly("ship1 received", "ship1 running", "ship1 succeeded");
        assertThat(station.requests("GET /api/v1/stream").get(0)).endsWith("lastEventId=0");
        assertThat(station.requests("GET /api/v1/stream").get(1)).endsWith("lastEventId=%s-2".formatted(Station.ERA));
    }

    @Test
    void watchBeginsAnewWhereTheLedgerWasRestored() throws Exception {
        station.on("GET " + COMMANDS + "/", 200, Station.command(ID, "succeeded", 1, "\"succeeded\":1"));
        executionsAre(Station.execution("ship1", "succeeded", "\"exitCode\":0"));
        station.on("GET /api/v1/stream", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            String last = exchange.getRequestURI().getQuery().replaceFirst(".*lastEventId=", "");
            String events = switch (last) {
                case "0" ->
                    Station.transition(6, ID, "ship1", "received", "running")
                            + Station.transition(7, ID, "ship1", "running", "running");
                case Station.ERA + "-7" ->
                    "id: 0\nevent: reset\ndata: {\"reason\":\"another ledger\"}\n\n"
                            + Station.transition(1, ID, "ship1", "received", "running")
                            + Station.transition(2, ID, "ship1", "succeeded", "succeeded");
                default -> ": still here\n\n";
            };
            exchange.getResponseBody().write(bytes(events));
            exchange.close();
        });

        assertThat(steward("watch", ID)).isZero();

        assertThat(out().lines().map(line -> line.substring(9)))
                .containsExactly("ship1 received", "ship1 running", "ship1 received", "ship1 succeeded");
        assertThat(err()).contains("from the beginning again: another ledger");
    }

    @Test
    void allMeansThoseThatAreLetInAndAnotherIsNoNode() {
        AtomicReference<Document.Command> ordered = orderIsAccepted("running", 1);
        station.on(
                "GET /api/v1/nodes", 200, """
                {"nodes":[{"name":"ship1","fingerprint":"%s","reachable":true,"lastHeardAt":null,"labels":{},"facts":null},
                {"name":"ship2","fingerprint":null,"reachable":false,"lastHeardAt":null,"labels":{},"facts":null}]}""".formatted(Station.machine("ship1").id()));

        assertThat(steward("run", "--on", "all", "--detach", "--", "date")).isZero();
        assertThat(ordered.get().targets()).containsExactly(Station.target("ship1"));
        assertThat(steward("run", "--on", "ship2", "--detach", "--", "date")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("ship2 is not let in", "nothing was ordered");
    }

    @Test
    void anOrderForAFrozenNodeIsTakenAndSaysHowItGoesOn() {
        orderIsAccepted("running", 1);
        station.on("GET /api/v1/stream", exchange -> {
            exchange.sendResponseHeaders(200, 0); // and tells nothing
            exchange.getResponseBody().flush();
        });
        station.on(
                "GET /api/v1/nodes", 200, """
                {"nodes":[{"name":"ship1","fingerprint":"%s","reachable":true,"lastHeardAt":null,
                "frozenSince":"2026-01-31T12:00:00.000Z","labels":{},"facts":null}]}""".formatted(Station.machine("ship1").id()));
        executionsAre(Station.execution("ship1", "queued", "\"frozenSince\":\"2026-01-31T12:00:00.000Z\""));

        assertThat(steward("run", "--on", "ship1", "--wait", "300ms", "--", "date"))
                .isEqualTo(ExitCode.INCOMPLETE);

        assertThat(err()).contains("ship1 is frozen", "steward node unfreeze", "ship1 (queued, frozen)");
    }

    @Test
    void runSaysThatTheStationHasForgottenTheCommandWhereItsLedgerWasRestored() throws Exception {
        orderIsAccepted("running", 1);
        station.on("GET /api/v1/stream", exchange -> {
            if (exchange.getRequestURI().getQuery().endsWith("=0")) {
                exchange.sendResponseHeaders(200, 0);
                exchange.getResponseBody().write(bytes(Station.transition(1, ID, "ship1", "queued", "running")));
                exchange.close();
            } else {
                Station.send(exchange, 404, "{\"error\":{\"code\":\"not-found\",\"message\":\"no command\"}}");
            }
        });

        assertThat(steward("run", "--on", "ship1", "--", "date")).isEqualTo(ExitCode.INCOMPLETE);

        assertThat(err()).contains("does not know the command").contains("any more");
    }
}
