// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.json.Json;
import dev.steward.message.text.Durations;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The pages of reference say what the code does. */
class ReferenceTest {
    private static final Path PAGES = Path.of("..", "docs", "reference");

    @Test
    void thePageOfLimitsHasEveryLimitWithItsValue() throws Exception {
        List<String> rows = Files.readAllLines(PAGES.resolve("limits.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(0, line.indexOf('|', line.indexOf('|', 1) + 1) + 1))
                .toList();
        var expected = new ArrayList<String>();
        for (Field field : Limits.class.getFields()) {
            Object value = field.get(null);
            expected.add("| `%s` | %s |"
                    .formatted(field.getName(), value instanceof Duration duration ? Durations.text(duration) : value));
        }

        assertThat(rows).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void theDocumentsOfTheirPageAreOnesThatTheCodeWritesAndAllTheirFieldsAreExplained() throws Exception {
        String page = Files.readString(PAGES.resolve("documents.md"));
        List<String> examples = Pattern.compile("(?m)^    (\\{\"format\".*})$")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .toList();
        var explained = new TreeSet<String>();
        Pattern.compile("(?m)^\\| `(\\w+)` ").matcher(page).results().forEach(row -> explained.add(row.group(1)));

        assertThat(examples).hasSize(7);
        for (String example : examples) {
            Document document = Document.decode(example.getBytes(StandardCharsets.UTF_8));
            assertThat(new String(document.encode(), StandardCharsets.UTF_8)).isEqualTo(example);
            assertThat(explained)
                    .containsAll(Json.object(document.encode(), Limits.DOCUMENT_BYTES)
                            .names());
        }
        assertThat(page)
                .contains(Durations.text(Limits.MAX_TIMEOUT))
                .contains("%d KiB".formatted(Limits.DOCUMENT_BYTES / 1024))
                .contains("1 to %d, none twice".formatted(Limits.TARGETS_PER_DOCUMENT))
                .contains("1 to %d; ".formatted(Limits.PARTS_PER_COMMAND));
    }
}
