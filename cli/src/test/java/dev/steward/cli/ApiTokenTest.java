// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ApiTokenTest extends CommandLineFixture {
    private static final String OTHER = "019c0f5e-0000-7000-8000-000000000002";
    private static final String TOO_LITTLE =
            "{\"error\":{\"code\":\"forbidden\",\"message\":\"panel has the role viewer, and this takes operator\"}}";

    private final List<JsonObject> made = new ArrayList<>();

    @Test
    void theSecretAloneIsPrintedAndTheStationLearnsItsHash() throws Exception {
        stationMakesTokens();

        assertThat(steward(
                        "api-token",
                        "create",
                        "ci",
                        "--role",
                        "operator",
                        "--on",
                        "ship*,tug1",
                        "--on",
                        "lab?",
                        "--method",
                        "shellcommand",
                        "--expires",
                        "30d"))
                .isZero();

        assertThat(out()).matches("steward_[\\w-]{43}\n");
        String secret = out().strip();
        JsonObject told = made.getFirst();
        assertThat(told.names())
                .containsExactlyInAnyOrder("id", "name", "hash", "role", "targets", "methods", "expiresAt");
        assertThat(told.text("hash")).isEqualTo(HexFormat.of().formatHex(Digest.SHA_256.of(bytes(secret))));
        assertThat(told.text("name")).isEqualTo("ci");
        assertThat(told.texts("targets", 9)).containsExactly("ship*", "tug1", "lab?");
        assertThat(told.texts("methods", 9)).containsExactly("shellcommand");
        assertThat(told.time("expiresAt")).isEqualTo(NOW.plus(Duration.ofDays(30)));
        assertThat(Json.text(List.of(told))).doesNotContain(secret);
        assertThat(err())
                .doesNotContain(secret)
                .contains("the secret of the API token 'ci'", "for a role of operator")
                .contains("nodes ship* tug1 lab?, methods shellcommand")
                .contains(
                        "--station-url " + station.url() + " --token-file FILE",
                        "STEWARD_TOKEN",
                        "api-token revoke ci");
    }

    @Test
    void withoutOptionsItIsForAllNodesAndNinetyDays() throws Exception {
        stationMakesTokens();

        assertThat(steward("api-token", "create", "panel", "--role", "viewer", "--on", "all"))
                .isZero();
        assertThat(made.getFirst().names()).doesNotContain("targets", "methods");
        assertThat(made.getFirst().time("expiresAt")).isEqualTo(NOW.plus(Duration.ofDays(90)));
    }

    @Test
    void aWrongOptionIsRefusedBeforeTheStationHearsOfIt() {
        assertThat(steward("api-token", "create", "ci")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("--role");
        assertThat(steward("api-token", "create", "ci", "--role", "root")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("'root' is none of viewer, operator, approver, admin");
        assertThat(steward("api-token", "create", "ci", "--role", "viewer", "--expires", "401d"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("400 days at most; 401d is longer");
        assertThat(steward("api-token", "create", "ci", "--role", "viewer", "--on", "a,,b"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(out()).isEmpty();
        assertThat(station.requests("POST")).isEmpty();
    }

    @Test
    void whoIsNotAnAdminIsToldSoAndNoSecretIsPrinted() {
        station.on("POST /api/v1/api-tokens", 403, TOO_LITTLE);

        assertThat(steward("api-token", "create", "ci", "--role", "viewer")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("panel has the role viewer");
        assertThat(out()).isEmpty();
    }

    @Test
    void theListSaysWhatEachMayAndUntilWhen() {
        tokensAre();

        assertThat(steward("api-token", "list")).isZero();
        assertThat(out()).isEqualTo("""
                NAME   ID                                    ROLE      SCOPE                              EXPIRES  CREATED BY
                ci     %s  operator  nodes ship*, methods shellcommand  in 5h    local
                panel  %s  viewer    all nodes and methods              3m ago   boss
                """.formatted(ID, OTHER));
        out.reset();
        assertThat(steward("api-token", "list", "--json")).isZero();
        assertThat(out())
                .startsWith(
                        "[{\"id\":\"%s\",\"name\":\"ci\",\"role\":\"operator\",\"targets\":[\"ship*\"],".formatted(ID))
                .contains("\"targets\":null,\"methods\":null,");
    }

    @Test
    void aTokenIsRevokedByItsNameOrAnIdThatMeansOnlyIt() {
        tokensAre();
        station.on("DELETE /api/v1/api-tokens/", 204, "");

        assertThat(steward("api-token", "revoke", "019c")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("2 API tokens may be meant by '019c'", ID + "  ci");
        assertThat(steward("api-token", "revoke", "c")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("no API token has the name or id 'c'");
        assertThat(steward("api-token", "revoke", "")).isEqualTo(ExitCode.USAGE);
        assertThat(station.requests("DELETE")).isEmpty();

        assertThat(steward("api-token", "revoke", "ci")).isZero();
        assertThat(err()).contains("the API token 'ci' (%s) is good no more".formatted(ID));
        assertThat(steward("api-token", "revoke", OTHER)).isZero();
        assertThat(station.requests("DELETE"))
                .containsExactly("DELETE /api/v1/api-tokens/" + ID, "DELETE /api/v1/api-tokens/" + OTHER);
    }

    @Test
    void aTokenFromTheEnvironmentIsEnoughWithoutTheStationsFile() throws Exception {
        onlyTheEnvironment();
        orderIsAccepted("succeeded", 1);
        executionsAre(Station.execution("ship1", "succeeded", "\"exitCode\":0,\"stdout\":\"hi\""));
        station.on("POST /api/v1/page-links", 201, """
                {"url":"http://127.0.0.1:8470/#link=abc","expiresAt":"2026-01-31T12:08:00.000Z"}""");

        assertThat(steward("nodes", "--station-url", station.url())).isZero();
        assertThat(steward("page", "--station-url", station.url())).isZero();
        assertThat(steward("show", ID, "--station-url", station.url())).isZero();
        assertThat(steward("run", "--station-url", station.url(), "--detach", "--on", "ship1", "--", "date"))
                .isZero();
        assertThat(station.requests("POST " + COMMANDS)).hasSize(1);
    }

    @Test
    void aViewersTokenOrdersNothingAndTheStationsWordIsShown() throws Exception {
        onlyTheEnvironment();
        orderIsAccepted("succeeded", 1);
        station.on("POST " + COMMANDS, 403, TOO_LITTLE);

        assertThat(steward("run", "--station-url", station.url(), "--on", "ship1", "--", "date"))
                .isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("refused it: panel has the role viewer, and this takes operator");
    }

    @Test
    void tooManyWrongTokensAreAMatterOfTheCredential() {
        station.on("GET /api/v1/nodes", 429, "{\"error\":{\"code\":\"too-many-failures\",\"message\":\"in 40 s\"}}");

        assertThat(steward("nodes")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("hears no more wrong tokens from here: in 40 s");
    }

    /** A folder in the place of {@code station.json}: whoever tries to read it fails, root too. */
    private void onlyTheEnvironment() throws IOException {
        Path file = data.resolve("station.json");
        Files.delete(file);
        Files.createDirectory(file);
        environment.put("STEWARD_TOKEN", Station.TOKEN);
    }

    private void stationMakesTokens() {
        station.on("POST /api/v1/api-tokens", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            try {
                JsonObject wish = Json.object(body, body.length);
                made.add(wish);
                var view = new LinkedHashMap<String, Object>();
                for (String name : wish.names()) {
                    if (!name.equals("hash")) {
                        view.put(name, Objects.requireNonNull(wish.get(name)));
                    }
                }
                view.put("createdAt", "2026-01-31T12:03:00.000Z");
                view.put("createdBy", "local");
                Station.send(exchange, 201, Json.text(view));
            } catch (RefusedException e) {
                throw new IOException(e);
            }
        });
    }

    private void tokensAre() {
        station.on("GET /api/v1/api-tokens", 200, """
                {"tokens":[
                {"id":"%s","name":"ci","role":"operator","targets":["ship*"],"methods":["shellcommand"],
                 "createdAt":"2026-01-31T12:00:00.000Z","createdBy":"local","expiresAt":"2026-01-31T17:03:00.000Z"},
                {"id":"%s","name":"panel","role":"viewer","targets":null,"methods":null,
                 "createdAt":"2026-01-31T11:00:00.000Z","createdBy":"boss","expiresAt":"2026-01-31T12:00:00.000Z"}]}""".formatted(ID, OTHER));
    }
}
