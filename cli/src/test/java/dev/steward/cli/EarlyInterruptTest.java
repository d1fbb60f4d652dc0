// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.operator.KeySource;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.FleetId;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C while a station that was asked has not answered yet. */
@Timeout(60)
class EarlyInterruptTest {
    @TempDir
    Path folder;

    @Test
    void watchSaysHowToComeBack() throws Exception {
        assertThat(interrupted("watch", "019c0f5e")).contains("steward watch --station-url", "019c0f5e");
    }

    @Test
    void runSaysThatNothingWasOrdered() throws Exception {
        assertThat(interrupted("run", "--on", "all", "--", "date")).contains("nothing was ordered");
    }

    @Test
    void cancelSaysThatNothingWasCanceled() throws Exception {
        assertThat(interrupted("cancel", "019c0f5e"))
                .contains("the cancellation was not ordered", "steward cancel", "--operator");
    }

    private Path operator() throws Exception {
        Path operator = folder.resolve("operator");
        var nobody = new Surroundings(
                InputStream.nullInputStream(),
                System.out,
                System.err,
                false,
                false,
                false,
                Map.of(),
                InstantSource.system());
        new OperatorFolder(operator).create("ann", FleetId.of(new byte[16]), new KeySource.Own(), nobody);
        return operator;
    }

    private String interrupted(String... words) throws Exception {
        try (var station = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Path token = Files.writeString(folder.resolve("token"), "token");
            Path err = folder.resolve("err");
            var line = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Main.class.getName(),
                    words[0],
                    "--station-url",
                    "http://127.0.0.1:" + station.getLocalPort(),
                    "--token-file",
                    token.toString()));
            if (!words[0].equals("watch")) {
                line.addAll(List.of("--operator", operator().toString()));
            }
            line.addAll(List.of(words).subList(1, words.length));
            Process steward =
                    new ProcessBuilder(line).redirectError(err.toFile()).start();
            try (var question = station.accept()) {
                assertThat(question.getInputStream().read()).isPositive();
                new ProcessBuilder("kill", "-s", "INT", Long.toString(steward.pid()))
                        .start()
                        .waitFor();
                assertThat(steward.waitFor(30, TimeUnit.SECONDS)).isTrue();
            } finally {
                steward.destroyForcibly();
            }
            String said = Files.readString(err, StandardCharsets.UTF_8);
            assertThat(steward.exitValue()).as(said).isEqualTo(ExitCode.INCOMPLETE);
            return said;
        }
    }
}
