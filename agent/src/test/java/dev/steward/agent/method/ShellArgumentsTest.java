// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import static dev.steward.agent.method.RecordingTask.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.json.JsonObject;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShellArgumentsTest {
    @Test
    void needsExactlyOneOfCommandAndShell() {
        assertThat(refusal(Map.of("command", List.of("true")))).isEmpty();
        assertThat(refusal(Map.of("shell", "true"))).isEmpty();
        assertThat(refusal(Map.of())).contains("exactly one of 'command'");
        assertThat(refusal(Map.of("shell", "true", "command", List.of("true")))).contains("exactly one of 'command'");
    }

    @Test
    void refusesAnUnknownField() {
        assertThat(refusal(Map.of("shell", "true", "cwd", "/"))).contains("unknown field 'cwd'");
    }

    @Test
    void refusesAnEmptyCommandAndOneOfTooManyTexts() {
        assertThat(refusal(Map.of("command", List.of()))).contains("'command' is empty");
        assertThat(refusal(Map.of("command", List.of("", "x")))).contains("'command' is empty");
        assertThat(refusal(Map.of("shell", ""))).contains("'shell' is empty");
        assertThat(refusal(Map.of("command", Collections.nCopies(1000, "x")))).isEmpty();
        assertThat(refusal(Map.of("command", Collections.nCopies(1001, "x")))).contains("at most 1000");
    }

    @Test
    void takesEmptyArgumentsAfterTheCommand() throws Exception {
        assertThat(ShellArguments.parse(JsonObject.of(Map.of("command", List.of("echo", "", "x"))))
                        .command())
                .containsExactly("echo", "", "x");
    }

    @Test
    void refusesNulCharactersEverywhere() {
        assertThat(refusal(Map.of("shell", "a\0b"))).contains("'shell' holds a NUL");
        assertThat(refusal(Map.of("command", List.of("a", "b\0")))).contains("'command[1]' holds a NUL");
        assertThat(refusal(Map.of("shell", "x", "environment", Map.of()))).contains("'environment' must be an object");
        assertThat(refusal(Map.of("shell", "x", "environment", JsonObject.of(Map.of("A", "\0")))))
                .contains("'environment.A' holds a NUL");
        assertThat(refusal(Map.of("shell", "x", "workingDirectory", "/\0"))).contains("'workingDirectory' holds a NUL");
        assertThat(refusal(Map.of("shell", "x", "stdin", "\0"))).contains("'stdin' holds a NUL");
    }

    @Test
    void refusesTextThatNoEncodingCarries() {
        assertThat(refusal(Map.of("shell", "echo \ud800"))).contains("can't pass on");
        assertThat(refusal(Map.of("shell", "cat", "stdin", "\ud800"))).contains("can't pass on");
    }

    @Test
    void refusesNamesOfVariablesThatAShellCouldNotUse() {
        for (String name : List.of("", "1A", "A-B", "A=B", "A B", "Ä")) {
            assertThat(refusal(Map.of("shell", "x", "environment", JsonObject.of(Map.of(name, "v")))))
                    .as(name)
                    .contains("'environment' has a name");
        }
        assertThat(refusal(Map.of("shell", "x", "environment", JsonObject.of(Map.of("_a1", "v")))))
                .isEmpty();
    }

    @Test
    void refusesARelativeWorkingDirectory() {
        assertThat(refusal(Map.of("shell", "x", "workingDirectory", "tmp"))).contains("must be an absolute path");
    }
}
