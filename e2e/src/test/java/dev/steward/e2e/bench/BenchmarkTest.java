// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The benchmark program itself: that it runs, and that what it writes is a page. */
class BenchmarkTest {
    @Test
    void onePartRunsFromEndToEndAndItsPageHoldsFiguresAimsAndSamples() throws Exception {
        String page =
                Benchmark.run(EnumSet.of(Benchmark.Part.LATENCY), Sizes.TINY).markdown();

        assertThat(page)
                .startsWith("# Benchmarks\n")
                .containsPattern("\\| commit \\| [0-9a-f]{40}")
                .containsPattern("\\| date \\| 20\\d\\d-")
                .containsPattern("\\| load average at the start \\| \\d")
                .containsPattern("\\| broker \\| nats-server: v\\d")
                .containsPattern("\\| `echo hi`, from order to ledger, p50 \\| [0-9.]+ ms, [0-9.]+ × the yardstick"
                        + " \\| ≤ 2 × the yardstick \\| (met|\\*\\*missed\\*\\*) \\|")
                .containsPattern("<summary>order to end in the ledger, µs</summary>\n\n```\n(\\d+ ){9}\\d+\n```")
                .contains("## Latency of one command");
        assertThat(page.lines().filter(line -> line.startsWith("|")).map(BenchmarkTest::cells))
                .as("cells of each row")
                .allMatch(List.of(2, 3, 4)::contains);
    }

    @Test
    void whatSecurityCostsIsMeasuredWithAndWithoutAndSetAgainstItsAims() throws Exception {
        String page =
                Benchmark.run(EnumSet.of(Benchmark.Part.SECURITY), Sizes.TINY).markdown();

        String verdict = " \\| (met|\\*\\*missed\\*\\*) \\|";
        assertThat(page)
                .containsPattern(
                        "order to ledger, p50 \\| [0-9.]+ ms, without [0-9.]+ ms: [0-9.]+ × the time \\| ≤ 1.5 ×"
                                + verdict)
                .containsPattern("TLS and login: an idle agent's memory \\| [+-][0-9.]+ MB \\| ≤ \\+12 MB" + verdict)
                .containsPattern(
                        "TLS and login: an agent's wire for one command \\| \\+[0-9.]+ bytes \\| ≤ \\+250 bytes"
                                + verdict)
                .containsPattern("to seal a frame of 300 bytes \\| [0-9.,]+ µs in an agent, [0-9.,]+ µs in the station")
                .containsPattern("all security: an agent's wire for one command, derived \\| \\+[0-9.]+ bytes")
                .containsPattern(
                        "until a node that is there refuses \\| [0-9.]+ s, at most [0-9.]+ s of 1 \\| ≤ 5 s" + verdict)
                .contains("## Security");
        assertThat(page.lines().filter(line -> line.contains("MACs, signature, fingerprints of one command")))
                .singleElement()
                .asString()
                .as("none of them is missing")
                .containsPattern("\\| [1-9]\\S+ \\+ [1-9]\\S+ \\+ [1-9]\\S+ bytes as sent");
    }

    @Test
    void anAimThatIsNotMetIsMarked() {
        var report = new Report();
        report.figure("speed", "1", "2", false);
        report.figure("size", "1", "2", true);
        report.figure("colour", "grey");

        assertThat(report.markdown())
                .contains("| speed | 1 | 2 | **missed** |\n| size | 1 | 2 | met |\n| colour | grey |  |  |\n");
    }

    @Test
    void percentilesAreOfTheSamplesThemselves() {
        var samples = new Samples();
        for (int millis = 100; millis >= 1; millis--) {
            samples.add(millis * 1_000_000L);
        }

        assertThat(List.of(samples.median(), samples.percentile(99), samples.max()))
                .containsExactly(50.0, 99.0, 100.0);
        assertThat(samples.raw()).startsWith("100000 99000 ").hasLineCount(5);
    }

    private static int cells(String row) {
        return row.replaceAll("[^|]", "").length() - 1;
    }
}
