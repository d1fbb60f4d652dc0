// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentSettingsTest {
    @TempDir
    Path folder;

    private static AgentSettings settings(Map<String, String> environment, String... flags) throws RefusedException {
        return AgentSettings.from(AgentSettings.OPTIONS.parse(Arrays.asList(flags)), environment, "1");
    }

    private Path file(String content) throws Exception {
        return Files.writeString(folder.resolve("agent.yaml"), content);
    }

    @Test
    void whatIsNotGivenHasItsDefault() throws Exception {
        AgentSettings settings = settings(Map.of(), "--name", "ship1", "--broker", "nats://x", "--data", "/d");

        assertThat(settings.station()).isEqualTo(NodeName.CENTRAL);
        assertThat(settings.heartbeat()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.grace()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.bus().pingInterval()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.labels()).isEmpty();
        assertThat(settings.concurrency()).isEmpty();
    }

    @Test
    void flagsComeBeforeTheEnvironmentAndThatBeforeTheFile() throws Exception {
        Path file = file("""
                name: from-file
                broker: nats://file
                data: /file
                heartbeat: 5s
                labels: {region: north, kind: ferry}
                processes: {shellcommand.operatingsystem: {concurrency: 4}}
                """);
        AgentSettings settings = settings(
                Map.of("STEWARD_BROKER", "nats://environment", "STEWARD_NAME", "from-environment"),
                "--config",
                file.toString(),
                "--name",
                "from-flag",
                "--label",
                "region=south");

        assertThat(settings.name()).hasToString("from-flag");
        assertThat(settings.bus().url()).isEqualTo("nats://environment");
        assertThat(settings.data()).isEqualTo(Path.of("/file"));
        assertThat(settings.heartbeat()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.labels()).isEqualTo(Map.of("region", "south", "kind", "ferry"));
        assertThat(settings.concurrency()).isEqualTo(Map.of("shellcommand.operatingsystem", 4));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "heartbeet: 5s | unknown setting 'heartbeet'; did you mean 'heartbeat'?",
                "heartbeat: 5 | 'heartbeat' must be a text",
                "heartbeat: soon | 'soon' is not a duration",
                "heartbeat: 0s | longer than zero",
                "processes: {shellcommand.b: {concurrency: 0}} | must lie between 1 and 256",
                "processes: {shellcommand.b: {threads: 2}} | unknown field",
                "- a list | must be a map",
                "a: [ | not valid YAML",
            })
    void aFileThatDoesNotFitIsRefusedWithTheReason(String content, String reason) throws Exception {
        Path file = file(content + "\n");

        assertThatThrownBy(() -> settings(
                        Map.of(),
                        "--name",
                        "ship1",
                        "--broker",
                        "nats://x",
                        "--data",
                        "/d",
                        "--config",
                        file.toString()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aMissingSettingIsNamedWithItsWaysIn() {
        assertThatThrownBy(() -> settings(Map.of(), "--name", "ship1", "--data", "/d"))
                .hasMessageContaining("--broker is missing");
        assertThatThrownBy(() -> AgentSettings.OPTIONS.parse(List.of("--borker", "x")))
                .hasMessageContaining("did you mean '--broker'");
    }
}
