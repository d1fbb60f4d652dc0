// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the command line says to an operator who went wrong. */
class WordsTest extends CommandLineFixture {
    @Test
    void aCancelOnANodeThatIsNotOfTheCommandNamesTheCommandsNodes() {
        executionsAre(Station.execution("ship1", "queued", ""));

        assertThat(steward("cancel", ID, "--on", "ship2")).isEqualTo(ExitCode.USAGE);

        assertThat(err())
                .contains("no node of this command is 'ship2'; did you mean 'ship1'?")
                .contains("nothing was canceled; `steward show " + ID + "` tells its nodes")
                .doesNotContain("ordered");
    }

    @Test
    void aCancelOfWhatHasEndedSaysHowAndDoesNothing() {
        executionsAre(Station.execution("ship1", "succeeded", "\"exitCode\":0"));

        assertThat(steward("cancel", ID)).isEqualTo(ExitCode.SOME_FAILED);

        assertThat(err()).isEqualTo("the command has ended already; there was nothing to cancel\n1 succeeded\n");
    }

    @Test
    void aVariableWithoutAValueIsExplained() {
        assertThat(steward("run", "--on", "ship1", "--env", "FOO", "--", "date"))
                .isEqualTo(ExitCode.USAGE);

        assertThat(err()).contains("--env 'FOO': write NAME=VALUE").contains("nothing was ordered");
    }

    @Test
    void whateverIsWrongWithAFileOfCommandsNothingWasOrdered() throws Exception {
        Path file = data.resolve("commands.yaml");
        for (String wrong : new String[] {"", "a: [", "- targets: x", "- {targets: x, arguments: {shel: y}}"}) {
            Files.writeString(file, wrong);
            err.reset();
            assertThat(steward("run", "-f", file.toString())).isEqualTo(ExitCode.USAGE);
            assertThat(err()).startsWith("steward: " + file).endsWith("\n  nothing was ordered\n");
        }
        assertThat(steward("run", "-f", data.resolve("none").toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err()).endsWith("\n  nothing was ordered\n");
    }

    @Test
    void theVersionIsAnOptionTooAndTheProgramsOfTheScriptAreCommands() {
        assertThat(steward("--version")).isZero();
        assertThat(out()).isEqualTo("steward development\n");
        assertThat(steward("agnt")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("did you mean 'agent'?");
    }
}
