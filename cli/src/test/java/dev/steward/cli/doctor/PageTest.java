// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The guide explains all that the doctor may say. */
class PageTest {
    @Test
    void theGuideHasEveryFindingWithItsLevel() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "guides", "doctor.md"));
        List<String> rows = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| (\\w+) \\| \\S")
                .matcher(page)
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .toList();

        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Weakness.values())
                        .map(each -> each.id() + " " + each.level())
                        .toList());
    }
}
