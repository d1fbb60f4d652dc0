// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FoldedNamesTest {
    @Test
    void numbersInARowBecomeARange() {
        assertThat(FoldedNames.fold(List.of("ship3", "ship1", "ship2"))).isEqualTo("ship[1-3]");
        assertThat(FoldedNames.fold(List.of("ship1", "ship2", "ship3", "ship7")))
                .isEqualTo("ship[1-3,7]");
        assertThat(FoldedNames.fold(List.of("ship1", "ship3"))).isEqualTo("ship[1,3]");
    }

    @Test
    void oneNameStaysAsItIs() {
        assertThat(FoldedNames.fold(List.of("ship7"))).isEqualTo("ship7");
        assertThat(FoldedNames.fold(List.of("gateway"))).isEqualTo("gateway");
        assertThat(FoldedNames.fold(List.of())).isEmpty();
    }

    @Test
    void everyPrefixHasItsOwnRange() {
        assertThat(FoldedNames.fold(List.of("ship1", "shore", "rack2", "ship2", "rack1")))
                .isEqualTo("rack[1-2],ship[1-2],shore");
    }

    @Test
    void theLastNumberIsFolded() {
        assertThat(FoldedNames.fold(List.of("rack1-node1", "rack1-node2", "rack2-node1")))
                .isEqualTo("rack1-node[1-2],rack2-node1");
        assertThat(FoldedNames.fold(List.of("a1x", "a2x", "a2y"))).isEqualTo("a[1-2]x,a2y");
    }

    @Test
    void leadingZerosAreKept() {
        assertThat(FoldedNames.fold(List.of("ship08", "ship09", "ship10"))).isEqualTo("ship[08-10]");
        assertThat(FoldedNames.fold(List.of("ship1", "ship02"))).isEqualTo("ship[1,02]");
    }

    @Test
    void aRangeCrossesFromNineToTen() {
        assertThat(FoldedNames.fold(
                        IntStream.rangeClosed(8, 101).mapToObj(i -> "n" + i).toList()))
                .isEqualTo("n[8-101]");
    }

    @Test
    void endlessDigitsAreNoNumber() {
        assertThat(FoldedNames.fold(List.of("n1234567890123456789012", "n1234567890123456789013")))
                .isEqualTo("n1234567890123456789012,n1234567890123456789013");
    }

    @Test
    void unfoldingGivesBackTheVeryNames() {
        var random = new Random(42);
        for (int round = 0; round < 500; round++) {
            var names = new TreeSet<String>();
            for (int i = random.nextInt(40); i >= 0; i--) {
                int width = 1 + random.nextInt(3);
                names.add("n" + ("%0" + width + "d").formatted(random.nextInt(120))
                        + (random.nextInt(9) == 0 ? "z" : ""));
            }
            assertThat(new TreeSet<>(unfold(FoldedNames.fold(names)))).isEqualTo(names);
        }
    }

    private static List<String> unfold(String folded) {
        var names = new ArrayList<String>();
        var part = Pattern.compile("([^,\\[]+)(?:\\[([^\\]]*)\\]([^,]*))?,?").matcher(folded);
        while (part.find()) {
            if (part.group(2) == null) {
                names.add(part.group(1));
                continue;
            }
            Stream.of(part.group(2).split(",", -1)).forEach(range -> {
                String[] ends = range.split("-", -1);
                String width = "%0" + ends[0].length() + "d";
                for (int i = Integer.parseInt(ends[0]); i <= Integer.parseInt(ends[ends.length - 1]); i++) {
                    names.add(part.group(1) + width.formatted(i) + part.group(3));
                }
            });
        }
        return names;
    }
}
