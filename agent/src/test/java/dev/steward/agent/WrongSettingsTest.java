// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.RefusedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an agent is told wrongly it refuses before it touches anything, in words that say what to write instead. */
class WrongSettingsTest {

    @TempDir
    Path folder;

    private static void refused(String flags, String reason) {
        assertThatThrownBy(() -> AgentSettings.from(
                        AgentSettings.OPTIONS.parse(Arrays.asList(flags.split(" ", -1))), Map.of(), "1"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--broker http://127.0.0.1:4222 | write nats://HOST:PORT",
                "--broker 127.0.0.1:4222 | write nats://HOST:PORT",
                "--broker nats://a:1,nats://b:70000 | 'nats://b:70000' is not the address",
                "--concurrency shellcommand=4 | for instance shellcommand.operatingsystem",
                "--concurrency shelcommand.nginx=4 | did you mean 'shellcommand'?",
                "--concurrency shellcommand.nginx | write PROCESS=N",
                "--heartbeat 99999999d | at most 1d",
                "--grace -1s | --grace: '-1s' is not a duration",
                "--config /nowhere/agent.yaml | there is no /nowhere/agent.yaml",
            })
    void aFlagThatCanNotBeMeantSoIsRefused(String flags, String reason) {
        refused("--data " + EnrolledFolder.of(folder, "ship1") + " " + flags, reason);
    }

    @Test
    void theFileIsHeldToTheSameRules() throws Exception {
        Path file = folder.resolve("agent.yaml");
        EnrolledFolder.of(folder, "ship1");
        Files.writeString(file, "name: central\ndata: %s\n".formatted(folder));
        refused("--config " + file, "this folder was enrolled with the name ship1");
        Files.writeString(file, "data: %s\nlabels: {line: 7}\n".formatted(folder));
        refused("--config " + file, "the label 'line' must be a text, so put its value in quotes, as in line: \"7\"");
        Files.writeString(file, "data: %s\nprocesses: {shellcommand: {concurrency: 2}}\n".formatted(folder));
        refused("--config " + file, "name a process by method and domain");
    }
}
