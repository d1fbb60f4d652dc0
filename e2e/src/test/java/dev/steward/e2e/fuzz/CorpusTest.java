// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.e2e.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What fuzzers begin with and what they have found, once more; see {@code scripts/fuzz} for the fuzzing itself. */
class CorpusTest {
    private static final Path CORPUS = Machine.root().resolve("e2e/src/test/corpus");
    private static final int CHANGES = 20;

    @ParameterizedTest
    @EnumSource
    void keepsItsPromiseForTheCorpusAndForEachInputCutOrChanged(Parser parser) throws IOException {
        var random = new Random(1);
        for (Path file : files(CORPUS.resolve(parser.toString()))) {
            byte[] input = Files.readAllBytes(file);
            check(parser, file, input);
            for (int i = 0; i < CHANGES && input.length > 0; i++) {
                byte[] changed = input.clone();
                changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                check(parser, file, changed);
                check(parser, file, Arrays.copyOf(input, random.nextInt(input.length)));
            }
        }
    }

    /** Where none was taken, the fuzzers would try the doors and never see a room: a format has changed. */
    @ParameterizedTest
    @EnumSource
    void takesWhatIsGenuine(Parser parser) throws IOException {
        List<Path> genuine = files(CORPUS.resolve(parser.toString())).stream()
                .filter(file -> !file.getFileName().toString().startsWith("found-"))
                .toList();
        assertThat(genuine)
                .isNotEmpty()
                .allSatisfy(file ->
                        assertThat(parser.takes(Files.readAllBytes(file))).isTrue());
    }

    @Test
    void noFolderOfTheCorpusIsOfNoParser() throws IOException {
        assertThat(files(CORPUS).stream().map(file -> file.getFileName().toString()))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Parser.values()).map(Parser::toString).toList());
    }

    private static void check(Parser parser, Path file, byte[] input) {
        try {
            parser.takes(input);
        } catch (Throwable e) {
            throw new AssertionError(
                    "%s, with a change of %s: %s".formatted(parser, file.getFileName(), Arrays.toString(input)), e);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
