// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.Ed25519;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the doctor finds at a station, and how it says it. {@code LocalFilesTest} has what it finds on its machine. */
class DoctorTest extends CommandLineFixture {
    private static final String ANN = operator("ann", true, "\"2026-12-31T00:00:00.000Z\"");
    private static final String VAULT = operator("vault", true, "\"2026-12-31T00:00:00.000Z\"");

    private EnrolmentAtStation enrolments;

    @BeforeEach
    void allIsWell() throws Exception {
        Files.setPosixFilePermissions(data.resolve("station.json"), PosixFilePermissions.fromString("rw-------"));
        environment.put("STEWARD_OPERATOR", data.resolve("nobody").toString());
        enrolments = new EnrolmentAtStation(station, LinkKeyPair.generate().key());
        operators(ANN, VAULT);
        node("\"lastHeardAt\":\"2026-01-31T12:00:00.000Z\"");
        station.on("GET /api/v1/tokens", 200, "{\"tokens\":[]}");
    }

    @Test
    void whereNothingIsWeakItSaysSo() throws Exception {
        assertThat(steward("doctor")).isZero();
        assertThat(out()).isEmpty();
        assertThat(err()).isEqualTo("nothing weak was found in " + data + "\n");

        assertThat(steward("doctor", "--json")).isZero();
        assertThat(out()).isEqualTo("[]\n");
    }

    @Test
    void theWorstComesFirstAndEachSaysWhereAndWhatToDo() throws Exception {
        environment.remove("STEWARD_OPERATOR");
        node("\"lastHeardAt\":\"2025-12-01T12:00:00.000Z\"");
        station.on("GET /api/v1/status", 200, status("tls://b:1", false, "null", "null"));

        assertThat(steward("doctor")).isEqualTo(ExitCode.SOME_FAILED);

        assertThat(out().lines().filter(line -> !line.startsWith(" ") && !line.isEmpty()))
                .extracting(line -> line.substring(0, line.indexOf(':')))
                .containsExactly("CRITICAL broker-disconnected", "WARNING node-silent", "NOTE operator-key-plain");
        assertThat(out())
                .contains("for 3m: gone\\x1b[2J\n") // a station's words don't move the cursor
                .contains("\n  in  tls://b:1\n  do  start the broker")
                .contains("\n  in  ship1, for 61d\n")
                .contains("\n  in  " + data.resolve("operator/key") + "\n");
        assertThat(err()).startsWith("critical: 1, warning: 1, note: 1; ");
    }

    @Test
    void aStationThatDoesNotAnswerIsAFindingAmongOthers() throws Exception {
        environment.remove("STEWARD_OPERATOR");
        station.close();
        assertThat(found()).containsExactly("station-unreachable", "operator-key-plain");

        Files.delete(data.resolve("station.json"));
        assertThat(found()).containsExactly("station-unreachable", "operator-key-plain");

        assertThat(found("--local")).containsExactly("operator-key-plain");
    }

    @Test
    void whereItsTokenIsRefusedNothingElseIsAsked() throws Exception {
        environment.put("STEWARD_TOKEN", "wrong");

        assertThat(found()).containsExactly("station-unreachable");
        assertThat(station.requests("GET")).containsExactly("GET /api/v1/status");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "tls://b:1;             true;  null;       null;      ",
                "nats://127.0.0.1:4222; true;  null;       null;      ",
                "nats://b:4222;         true;  null;       null;      broker-without-tls",
                "tls://b:1;             false; null;       null;      broker-disconnected",
                "tls://b:1;             true;  '\"fsync\"'; null;     ledger-failing",
                "tls://b:1;             true;  null;       '\"1 MiB\"'; disk-low",
            })
    void theStationsOwnState(String broker, boolean connected, String failure, String space, String expected)
            throws Exception {
        station.on("GET /api/v1/status", 200, status(broker, connected, failure, space));

        assertThat(found()).isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    @Test
    void anApiThatIsSpokenToWithoutTlsBeyondThisMachineIsFound() throws Exception {
        String elsewhere = station.url().replace("127.0.0.1", "0.0.0.0"); // leads here all the same

        assertThat(found("--station-url", elsewhere)).containsExactly("api-without-tls");
    }

    @Test
    void operatorsThatExpireOrNever() throws Exception {
        operators(
                ANN,
                VAULT,
                operator("bob", false, "null"),
                operator("eve", false, "\"2026-03-01T00:00:00.000Z\""),
                operator("sue", false, "\"2026-03-03T00:00:00.000Z\""),
                operator("old", false, "\"2026-01-30T00:00:00.000Z\""),
                operator("gone", false, "null")
                        .replace("\"revokedAt\":null", "\"revokedAt\":\"2026-01-01T00:00:00Z\""));

        assertThat(findings())
                .extracting(each -> each.text("id") + " "
                        + each.texts("where", 9).getFirst().split(" ", 2)[0])
                .containsExactly("operator-expired old", "operator-expires-soon eve", "operator-without-expiry bob");
    }

    @Test
    void anAuthorityThatIsAloneAndAStationWithoutTrust() throws Exception {
        operators(operator("ann", true, "null"), operator("bob", false, "\"2027-03-03T00:00:00.000Z\""));
        assertThat(found()).containsExactly("operators-one-authority"); // it must not end before there is another

        operators(ANN, operator("vault", true, "\"2026-01-01T00:00:00.000Z\""));
        assertThat(found()).containsExactly("operators-one-authority", "operator-expired");

        station.on(
                "GET /api/v1/operators",
                200,
                "{\"fleet\":null,\"problem\":\"damaged\",\"number\":0,\"list\":null,\"operators\":[]}");
        assertThat(found()).containsExactly("station-without-trust");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'\"lastHeardAt\":\"2026-01-02T00:00:00.000Z\"'; ",
                "'\"lastHeardAt\":\"2026-01-01T00:00:00.000Z\"'; node-silent",
                "'\"lastHeardAt\":null'; ",
                "'\"lastHeardAt\":null,\"frozenSince\":\"2026-01-31T12:00:00.000Z\"'; node-frozen",
                "'\"lastHeardAt\":null,\"rotating\":true'; node-rotating",
                "'\"lastHeardAt\":null,\"rotating\":false'; ",
            })
    void nodesThatWantALook(String fields, String expected) throws Exception {
        node(fields);

        assertThat(found()).isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    @Test
    void aNameWithoutAKeyIsNoted() throws Exception {
        station.on(
                "GET /api/v1/nodes",
                200,
                Station.nodes("ship1").replaceFirst("\"fingerprint\":\"[^\"]*\"", "\"fingerprint\":null"));

        assertThat(found()).containsExactly("node-not-let-in");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "2026-01-24T12:00:00Z; 2026-02-10T00:00:00Z; null; token-open",
                "2026-01-25T12:00:00Z; 2026-02-10T00:00:00Z; null; ",
                "2026-01-01T12:00:00Z; 2026-01-31T12:00:00Z; null; ",
                "2026-01-01T12:00:00Z; 2026-02-10T00:00:00Z; used; ",
            })
    void tokensThatStayOpen(String created, String expires, String used, String expected) throws Exception {
        String by = used.equals("null") ? used : "\"" + Station.machine("ship9").id() + "\"";
        station.on("GET /api/v1/tokens", 200, """
                {"tokens":[{"id":"%s","node":"ship9","createdAt":"%s","expiresAt":"%s","usedBy":%s}]}""".formatted(ID, created, expires, by));

        assertThat(found()).isEqualTo(expected == null ? List.of() : List.of(expected));
    }

    @Test
    void aMachineThatWaitsIsNoted() throws Exception {
        enrolments.waits("ship4", Ed25519.generate(), LinkKeyPair.generate().key());

        assertThat(findings()).singleElement().satisfies(each -> {
            assertThat(each.text("id")).isEqualTo("enrolment-pending");
            assertThat(each.text("level")).isEqualTo("note");
            assertThat(each.texts("where", 9).getFirst())
                    .startsWith("ship4 (SHA256:")
                    .endsWith("), for 3m");
            assertThat(each.names()).containsExactly("level", "id", "what", "where", "todo");
        });
    }

    private void operators(String... operators) {
        station.on(
                "GET /api/v1/operators",
                200,
                "{\"fleet\":\"%s\",\"problem\":null,\"number\":1,\"list\":null,\"operators\":[%s]}"
                        .formatted(FLEET, String.join(",", operators)));
    }

    private static String operator(String name, boolean authority, String expiresAt) {
        return "{\"name\":\"%s\",\"key\":\"%s\",\"state\":\"active\",\"authority\":%s,\"expiresAt\":%s,\"revokedAt\":null}"
                .formatted(name, Station.machine(name), authority, expiresAt);
    }

    private void node(String fields) {
        station.on(
                "GET /api/v1/nodes",
                200,
                Station.nodes("ship1").replace("\"lastHeardAt\":\"2026-01-31T12:00:00.000Z\"", fields));
    }

    private static String status(String broker, boolean connected, String failure, String space) {
        return """
                {"broker":{"url":"%s","connected":%s,"since":"2026-01-31T12:00:00.000Z","reason":"gone\\u001b[2J"},\
                "ledger":{"failure":%s,"spaceLow":%s,"space":%s}}""".formatted(broker, connected, failure, !space.equals("null"), space);
    }

    private List<String> found(String... more) throws Exception {
        return findings(more).stream()
                .map(each -> String.valueOf(each.get("id")))
                .toList();
    }

    private List<JsonObject> findings(String... more) throws Exception {
        out.reset();
        var words = new java.util.ArrayList<>(List.of("doctor", "--json"));
        words.addAll(List.of(more));
        int exit = steward(words.toArray(String[]::new));
        List<JsonObject> findings =
                Json.object(bytes("{\"l\":" + out() + "}"), 1_000_000).objects("l", 100);
        assertThat(exit).isEqualTo(findings.isEmpty() ? ExitCode.OK : ExitCode.SOME_FAILED);
        return findings;
    }
}
