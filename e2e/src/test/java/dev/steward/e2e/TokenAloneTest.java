// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line of somebody who has an API token and an operator's key, and nothing of the station's folder. */
class TokenAloneTest {
    @TempDir
    static Path folder;

    private static Installation installation;

    @BeforeAll
    static void start() throws Exception {
        installation = new Installation(folder);
        installation.startBroker();
        installation.startStation();
        installation.startAgentAndWait("ship1");
    }

    @AfterAll
    static void stop() throws Exception {
        installation.close();
    }

    @Test
    void anOperatorsTokenRunsAndWatchesUntilItIsRevokedAndAViewersLooks() throws Exception {
        Map<String, String> operator = with(make("ci", "operator", "--on", "ship1"));
        Map<String, String> viewer = with(make("panel", "viewer"));

        Machine.Result run = Machine.cli(operator, "run", "--on", "ship1", "--", "echo", "by token");
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains("by token");
        assertThat(Machine.cli(operator, "nodes").out()).contains("ship1");
        assertThat(Machine.cli(operator, "page").out()).contains("/#link=");
        String id = Machine.cli(operator, "run", "--on", "ship1", "--detach", "--", "echo", "watched")
                .out()
                .strip();
        Machine.Result watched = Machine.cli(operator, "watch", id.substring(0, 36));
        assertThat(watched.exit()).as(watched.err()).isZero();
        Machine.Result approval = Machine.cli(operator, "node", "unfreeze", "ship1");
        assertThat(approval.exit()).isEqualTo(4);
        assertThat(approval.err()).contains("ci has the role operator, and this takes approver");

        assertThat(Machine.cli(viewer, "nodes").out()).contains("ship1");
        Machine.Result refused = Machine.cli(viewer, "run", "--on", "ship1", "--", "echo", "no");
        assertThat(refused.exit()).isEqualTo(4);
        assertThat(refused.err()).contains("panel has the role viewer, and this takes operator");

        assertThat(Machine.cli(installation.environment(), "api-token", "revoke", "ci")
                        .exit())
                .isZero();
        Machine.Result revoked = Machine.cli(operator, "nodes");
        assertThat(revoked.exit()).isEqualTo(4);
        assertThat(revoked.err()).contains("missing, wrong or revoked");
    }

    private static String make(String name, String role, String... scope) throws Exception {
        var words = new ArrayList<>(List.of("api-token", "create", name, "--role", role));
        words.addAll(List.of(scope));
        Machine.Result made = Machine.cli(installation.environment(), words.toArray(new String[0]));
        assertThat(made.exit()).as(made.err()).isZero();
        return made.out().strip();
    }

    /** Another person's place: a data folder of their own, with the operator's key in it. */
    private static Map<String, String> with(String token) throws Exception {
        var environment = new HashMap<>(installation.environment());
        String operator = environment.getOrDefault(
                "STEWARD_OPERATOR",
                Path.of(environment.getOrDefault("STEWARD_DATA", ""))
                        .resolve("operator")
                        .toString());
        environment.put("STEWARD_OPERATOR", operator);
        environment.put(
                "STEWARD_DATA", Files.createTempDirectory(folder, "elsewhere").toString());
        environment.put("STEWARD_STATION_URL", installation.url());
        environment.put("STEWARD_TOKEN", token);
        return environment;
    }
}
