// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandLineTest extends CommandLineFixture {
    @Test
    void helpBeginsWithExamplesAndExitsWithZero() {
        for (String command : List.of(
                "run",
                "nodes",
                "events",
                "commands",
                "show",
                "watch",
                "output",
                "cancel",
                "operator",
                "operator init",
                "operator trust-file",
                "operator list",
                "operator add",
                "operator revoke",
                "token",
                "token create",
                "token list",
                "token revoke",
                "api-token",
                "api-token create",
                "api-token list",
                "api-token revoke",
                "node",
                "node pending",
                "node approve",
                "node revoke",
                "node sync",
                "policy",
                "policy test",
                "page",
                "version",
                "up")) {
            out.reset();
            assertThat(steward((command + " --help").split(" "))).isZero();
            assertThat(out()).contains("Examples:\n  steward " + command);
        }
    }

    @Test
    void wrongUsageExitsWithTwoAndSaysWhatWasMeant() {
        assertThat(steward("nodess")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("unknown command 'nodess'; did you mean 'nodes'?");
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
                        + "\"durationMs\":null,\"reachable\":true,\"lastHeardAt\":\"2026-01-31T12:00:00.000Z\","
                        + "\"frozenSince\":null,")
                .endsWith("}\n");
    }

    @Test
    void nodesSaysWhereTheStationHearsNobody() {
        station.on("GET /api/v1/nodes", 200, Station.nodes("ship1"));
        station.on("GET /api/v1/status", 200, Station.status(false));

        assertThat(steward("nodes", "--json")).isZero();
        assertThat(err()).contains("no connection to its broker nats://127.0.0.1:4222 for", "no space for its mailbox");
        assertThat(out()).startsWith("[{\"name\":\"ship1\"").doesNotContain("mailbox");
    }

    @Test
    void eventsAreListedNewestFirstWithoutTheirControlCharacters() {
        station.on("GET /api/v1/events", 200, """
                {"events":[{"position":7,"node":"ship1","source":"disk","text":"nearly \\u001b[31mfull",
                 "at":"2026-01-31T12:02:58.000Z","receivedAt":"2026-01-31T12:02:58.000Z"}]}""");
        station.on("GET /api/v1/events?limit=19&before=7", 200, "{\"events\":[]}");

        assertThat(steward("events", "--node", "ship1")).isZero();
        assertThat(out()).contains("NODE", "ship1", "disk", "full").doesNotContain("\u001b");
        assertThat(station.requests("GET /api/v1/events").getFirst()).endsWith("&node=ship1");
        assertThat(steward("events", "--json", "-n", "1")).isZero();
        assertThat(out()).contains("[{\"position\":7,");
    }

    @Test
    void nodesSaysWhoIsThereAndWhenTheOthersWereHeard() {
        station.on("GET /api/v1/nodes", 200, """
                {"nodes":[{"name":"ship1","fingerprint":"SHA256:a","reachable":true,"lastHeardAt":"2026-01-31T12:02:58.000Z","labels":{"a":"b"},"facts":{"os":"Linux"}},
                {"name":"ship2","fingerprint":"SHA256:b","reachable":false,"lastHeardAt":null,"labels":{},"facts":null},
                {"name":"ship3","fingerprint":null,"reachable":false,"lastHeardAt":"2026-01-31T12:02:00.000Z","labels":{},"facts":null},
                {"name":"ship4","fingerprint":"SHA256:c","reachable":true,"lastHeardAt":"2026-01-31T12:02:58.000Z","frozenSince":"2026-01-31T12:01:00.000Z","labels":{},"facts":null}]}""");

        assertThat(steward("nodes")).isZero();

        assertThat(out()).isEqualTo("""
                        NAME   STATE          LAST HEARD  OS     LABELS
                        ship1  reachable      2s ago      Linux  a=b
                        ship2  never          -           -
                        ship3  not let in     1m ago      -
                        ship4  frozen for 2m  2s ago      -
                        """);
    }
}
