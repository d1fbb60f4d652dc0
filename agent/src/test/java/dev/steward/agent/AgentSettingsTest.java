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

    /** The folder of ship1. */
    private String data() {
        return EnrolledFolder.of(folder, "ship1").toString();
    }

    private Path file(String content) throws Exception {
        return Files.writeString(folder.resolve("agent.yaml"), content);
    }

    @Test
    void whatIsNotGivenHasItsDefault() throws Exception {
        AgentSettings settings = settings(Map.of(), "--data", data());

        assertThat(settings.name()).hasToString("ship1");
        assertThat(settings.bus().url()).isEqualTo("nats://enrolled");
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
                name: ship1
                broker: nats://file
                data: %s
                heartbeat: 5s
                labels: {region: north, kind: ferry}
                processes: {shellcommand.operatingsystem: {concurrency: 4}}
                """.formatted(data()));
        AgentSettings settings = settings(
                Map.of("STEWARD_BROKER", "nats://environment", "STEWARD_HEARTBEAT", "6s"),
                "--config",
                file.toString(),
                "--heartbeat",
                "7s",
                "--label",
                "region=south");

        assertThat(settings.bus().url()).isEqualTo("nats://environment");
        assertThat(settings.data()).hasToString(data());
        assertThat(settings.heartbeat()).isEqualTo(Duration.ofSeconds(7));
        assertThat(settings.labels()).isEqualTo(Map.of("region", "south", "kind", "ferry"));
        assertThat(settings.concurrency()).isEqualTo(Map.of("shellcommand.operatingsystem", 4));
    }

    @Test
    void aFolderThatIsNotEnrolledIsRefusedWithTheWayToEnrol() {
        assertThatThrownBy(() -> settings(Map.of(), "--data", folder.toString()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("steward token create")
                .hasMessageContaining("steward agent enroll TOKEN --data " + folder);
    }

    @Test
    void aNameOrStationThatIsNotTheEnrolledOneIsRefused() {
        assertThatThrownBy(() -> settings(Map.of(), "--data", data(), "--name", "ship2"))
                .hasMessageContaining("--name ship2: this folder was enrolled with the name ship1");
        assertThatThrownBy(() -> settings(Map.of(), "--data", data(), "--station", "base"))
                .hasMessageContaining("--station base: this folder was enrolled with the station central");
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

        assertThatThrownBy(() -> settings(Map.of(), "--data", data(), "--config", file.toString()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aMissingSettingIsNamedWithItsWaysIn() {
        assertThatThrownBy(() -> settings(Map.of(), "--name", "ship1")).hasMessageContaining("--data is missing");
        assertThatThrownBy(() -> AgentSettings.OPTIONS.parse(List.of("--borker", "x")))
                .hasMessageContaining("did you mean '--broker'");
    }
}
