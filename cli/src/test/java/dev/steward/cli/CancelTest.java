// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.Document;
import dev.steward.message.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose cancellation is signed, where a station answers what it likes. */
class CancelTest extends CommandLineFixture {
    private final List<String> signed = new ArrayList<>();

    @BeforeEach
    void commandRuns() {
        station.on("GET /api/v1/nodes", 200, Station.nodes("ship1"));
        station.on("GET " + COMMANDS, exchange -> {
            boolean asked = exchange.getRequestURI().getPath().endsWith("/executions");
            Station.send(
                    exchange,
                    200,
                    asked
                            ? Station.executions(Station.execution("ship1", "running", ""))
                            : Station.command(ID, "running", 1, ""));
        });
        station.on("POST " + COMMANDS, exchange -> {
            signed.addAll(documents(exchange.getRequestBody().readAllBytes()));
            Station.send(exchange, 200, Station.command(ID, "running", 1, ""));
        });
    }

    @Test
    void theCommandThatWasMeantIsCanceled() throws Exception {
        assertThat(steward("cancel", ID.substring(0, 8), "--wait", "1s")).isEqualTo(ExitCode.INCOMPLETE);

        assertThat(signed).hasSize(1);
        Document.Cancel cancel = (Document.Cancel) read(signed.getFirst());
        assertThat(cancel.command()).hasToString(ID);
        assertThat(cancel.targets()).containsExactly(Station.target("ship1"));
    }

    @Test
    void whatWaitsForAMachineThatWasRevokedIsCanceledForThatMachine() throws Exception {
        station.on("GET /api/v1/nodes", 200, "{\"nodes\":[]}");
        String revoked = signed(Records.revocation(operator, "ship1", Station.machine("ship1"), 2), operator);
        station.on("GET /api/v1/node-records", 200, Json.text(Map.of("records", List.of(revoked))));

        assertThat(steward("cancel", ID, "--wait", "1s")).isEqualTo(ExitCode.INCOMPLETE);

        assertThat(((Document.Cancel) read(signed.getFirst())).targets()).containsExactly(Station.target("ship1"));
        assertThat(data.resolve("operator/nodes/ship1")).doesNotExist();
    }

    @Test
    void aStationThatAnswersWithAnotherCommandGetsNoSignature() {
        for (String other : List.of("019c0f5f", ID.replace("0001", "0002"), ID + "0")) {
            assertThat(steward("cancel", other, "--wait", "1s")).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(err()).contains("asked for the command " + other + ", the station answered with " + ID);
        }
        assertThat(signed).isEmpty();
    }

    @Test
    void aBeginningThatFitsAnyCommandIsNotEnough() {
        for (String beginning : List.of("", "0", "019")) {
            assertThat(steward("cancel", beginning, "--wait", "1s")).isEqualTo(ExitCode.USAGE);
        }
        assertThat(err()).contains("at least 4 characters");
        assertThat(station.requests("")).isEmpty();
    }
}
