// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/security.md} names the tests that show what it says. */
class SecurityPageTest {
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");

    @Test
    void everyTestThatThePageNamesIsThere() throws IOException {
        Set<String> named = TEST.matcher(Files.readString(Machine.root().resolve("docs/security.md")))
                .results()
                .map(MatchResult::group)
                .map(name -> name.replace("`", ""))
                .collect(Collectors.toSet());
        Set<String> there;
        try (Stream<Path> files = Files.find(
                Machine.root(), 20, (file, attributes) -> file.toString().matches(".*/src/test/java/.*Test\\.java"))) {
            there = files.map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
        }

        assertThat(named).hasSizeGreaterThan(10);
        assertThat(there).containsAll(named);
    }
}
