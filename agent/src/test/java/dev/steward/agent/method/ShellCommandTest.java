// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import dev.steward.message.OutputStreamName;
import dev.steward.message.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShellCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void runsAnArgumentVectorAsItStands() {
        var task = RecordingTask.of(Map.of("command", List.of("printf", "%s|", "a b", "", "$HOME", "*", "ü", "--")));
        Outcome outcome = task.run();

        assertThat(outcome.state()).isEqualTo(ExecutionState.SUCCEEDED);
        assertThat(outcome.exitCode()).hasValue(0);
        assertThat(outcome.reason()).isEmpty();
        assertThat(task.stdout()).isEqualTo("a b||$HOME|*|ü|--|");
    }

    @Test
    void takesACommandThatLooksLikeAnOptionOfSetsid() {
        Outcome outcome =
                RecordingTask.of(Map.of("command", List.of("--version"))).run();

        assertThat(outcome.state()).isEqualTo(ExecutionState.FAILED);
        assertThat(outcome.reason())
                .hasValueSatisfying(reason -> assertThat(reason).contains("'--version' not found"));
    }

    @Test
    void runsALineThroughTheShell() {
        var task = RecordingTask.shell("for i in 1 2; do echo $i; done | tail -1");

        assertThat(task.run().state()).isEqualTo(ExecutionState.SUCCEEDED);
        assertThat(task.stdout()).isEqualTo("2\n");
    }

    @Test
    void passesAShortOutputInTheOutcomeAlone() {
        var task = RecordingTask.shell("echo out; echo err >&2");
        Outcome outcome = task.run();

        assertThat(task.chunks).isEmpty();
        assertThat(outcome.output()).hasSize(2);
        assertThat(task.stdout()).isEqualTo("out\n");
        assertThat(task.stderr()).isEqualTo("err\n");
        assertThat(outcome.stdoutBytes()).isEqualTo(4);
        assertThat(outcome.stderrBytes()).isEqualTo(4);
        assertThat(outcome.keptBytes()).isEqualTo(8);
    }

    @Test
    void tellsTheExitCode() {
        assertThat(RecordingTask.shell("exit 3").run().exitCode()).hasValue(3);
        assertThat(RecordingTask.shell("exit 3").run().state()).isEqualTo(ExecutionState.FAILED);
        assertThat(RecordingTask.shell("kill -9 $$").run().exitCode()).hasValue(128 + 9);
    }

    @Test
    void tellsWhenItStartedAndHowLongItTook() {
        Outcome outcome = RecordingTask.shell("exit 0").run();

        assertThat(outcome.startedAt())
                .hasValueSatisfying(at -> assertThat(at).isBeforeOrEqualTo(outcome.finishedAt()));
        assertThat(outcome.duration())
                .hasValueSatisfying(duration -> assertThat(duration).isPositive());
    }

    @Test
    void addsToTheEnvironmentOfTheAgentAndMarksIt() {
        var task =
                RecordingTask.of(Map.of("command", List.of("env"), "environment", JsonObject.of(Map.of("A", "1 ü"))));
        task.run();

        assertThat(task.stdout().lines()).contains("A=1 ü", "PATH=" + System.getenv("PATH"), task.marker);
    }

    @Test
    void keepsItsMarkerAgainstTheCommandsOwnEnvironment() {
        var hidden = JsonObject.of(Map.of("STEWARD_TEST_EXECUTION", "no"));
        var task = RecordingTask.of(Map.of("command", List.of("env"), "environment", hidden));
        task.run();

        assertThat(task.stdout().lines()).contains(task.marker).doesNotContain("STEWARD_TEST_EXECUTION=no");
    }

    @Test
    void runsInItsWorkingDirectoryAndElseInTheRoot() {
        var task = RecordingTask.of(Map.of("command", List.of("pwd"), "workingDirectory", folder.toString()));
        task.run();
        assertThat(task.stdout()).isEqualTo(folder + "\n");

        var rooted = RecordingTask.shell("pwd");
        rooted.run();
        assertThat(rooted.stdout()).isEqualTo("/\n");
    }

    @Test
    void feedsStdinAndLeavesNoFileOfItBehind() {
        String text = "ü\n".repeat(60_000);
        var task = RecordingTask.of(Map.of("shell", "readlink /proc/self/fd/0; cat", "stdin", text));
        task.run();

        int end = task.stdout().indexOf('\n');
        assertThat(task.stdout().substring(end + 1)).isEqualTo(text);
        assertThat(task.stdout().substring(0, end)).startsWith("/").endsWith(" (deleted)");
    }

    @Test
    void endsWhereStdinIsNotReadAtAll() {
        var task =
                RecordingTask.of(Map.of("shell", "sleep 300 >/dev/null 2>&1 & exit 0", "stdin", "x".repeat(200_000)));

        assertThat(task.run().state()).isEqualTo(ExecutionState.SUCCEEDED);
        assertThat(Leftovers.killMarked(task.marker)).isEqualTo(1);
    }

    @Test
    void readsNothingWithoutStdin() {
        var task = RecordingTask.shell("cat; readlink /proc/self/fd/0");
        task.run();

        assertThat(task.stdout()).isEqualTo("/dev/null\n");
    }

    @Test
    void passesBinaryOutputUnchanged() {
        var task = RecordingTask.shell("head -c 1000 /dev/zero; printf '\\377\\200\\n'");
        task.run();
        byte[] expected = new byte[1003];
        expected[1000] = (byte) 0xff;
        expected[1001] = (byte) 0x80;
        expected[1002] = '\n';

        assertThat(task.output(OutputStreamName.STDOUT)).isEqualTo(expected);
    }

    @Test
    void saysWhichCommandIsMissingOrForbidden() throws Exception {
        Path script = Files.writeString(folder.resolve("script"), "#!/bin/sh\n");
        assertFailsBefore(List.of("no-such-command"), "command 'no-such-command' not found (PATH is ");
        assertFailsBefore(List.of("/no/such"), "command '/no/such' not found");
        assertFailsBefore(List.of(folder.toString()), "is a directory");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rw-r--r--"));
        assertFailsBefore(List.of(script.toString()), "permission denied");
        assertFailsBefore(List.of("echo", "x".repeat(200_000)), "Argument list too long");
    }

    @Test
    void looksForTheCommandWhereItsOwnEnvironmentAndDirectorySay() throws Exception {
        Path script = Files.writeString(folder.resolve("script"), "#!/bin/sh\necho found\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        var path = JsonObject.of(Map.of("PATH", "/nowhere:" + folder));
        var byPath = RecordingTask.of(Map.of("command", List.of("script"), "environment", path));
        var byDirectory =
                RecordingTask.of(Map.of("command", List.of("./script"), "workingDirectory", folder.toString()));
        byPath.run();
        byDirectory.run();

        assertThat(byPath.stdout()).isEqualTo("found\n");
        assertThat(byDirectory.stdout()).isEqualTo("found\n");
    }

    @Test
    void saysWhatIsWrongWithTheWorkingDirectory() {
        Outcome outcome = RecordingTask.of(Map.of("shell", "true", "workingDirectory", "/no/such"))
                .run();
        assertThat(outcome.state()).isEqualTo(ExecutionState.FAILED);
        assertThat(outcome.reason()).hasValue("working directory /no/such does not exist");
        assertThat(RecordingTask.of(Map.of("shell", "true", "workingDirectory", "/etc/passwd"))
                        .run()
                        .reason())
                .hasValue("working directory /etc/passwd is not a directory");
    }

    @Test
    void tellsPidAndStartTimeOfTheMainProcess() {
        var task = RecordingTask.shell("echo $$; cat /proc/$$/stat");
        task.run();
        List<String> lines = task.stdout().lines().toList();

        assertThat(lines.getFirst()).isEqualTo("" + task.pid);
        assertThat(lines.getLast()).contains(" " + task.startTicks + " ");
        assertThat(lines.getLast()).as("leads its group and session").contains(" %d %d ".formatted(task.pid, task.pid));
    }

    private static void assertFailsBefore(List<String> command, String reason) {
        var task = RecordingTask.of(Map.of("command", command));
        Outcome outcome = task.run();

        assertThat(outcome.state()).isEqualTo(ExecutionState.FAILED);
        assertThat(outcome.exitCode()).isEmpty();
        assertThat(outcome.reason()).hasValueSatisfying(text -> assertThat(text).contains(reason));
        assertThat(task.pid).as("never spawned").isZero();
    }
}
