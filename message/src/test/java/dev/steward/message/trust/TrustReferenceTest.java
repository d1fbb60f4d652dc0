// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Limits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of reference about the trust file says what the code does. */
class TrustReferenceTest {
    private static final Path PAGE = Path.of("..", "docs", "reference", "trust.md");

    @Test
    void theExampleIsReadAndHasEveryKeyAndEveryKeyIsExplained() throws Exception {
        String page = Files.readString(PAGE);
        String example = examples(page).getFirst();
        TrustFile file = TrustFile.parse("trust.yaml", example);
        var explained = new TreeSet<String>();
        Pattern.compile("(?m)^\\| `(\\w+)` \\|").matcher(page).results().forEach(row -> explained.add(row.group(1)));
        var known = new TreeSet<>(TrustFile.KEYS);
        known.addAll(RuleReader.KEYS);

        assertThat(file.rules()).hasSize(5);
        assertThat(explained).isEqualTo(known);
        for (String key : known) {
            assertThat(example).containsPattern("(?m)^[ -]*" + key + ":");
        }
    }

    @Test
    void theExampleDoesWhatThePageSays() throws Exception {
        TrustFile file =
                TrustFile.parse("trust.yaml", examples(Files.readString(PAGE)).getFirst());
        String page = Files.readString(PAGE);

        assertSays(page, file, TrustFixture.command("systemctl", "restart", "httpd"));
        assertSays(
                page,
                file,
                TrustFixture.command("systemctl", "restart", "nginx").by("bob", "carol"));
        assertThat(TrustFixture.file("  - {profile: observe, by: [bob]}\n")
                        .judge(TrustFixture.asked().by("eve").request()))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class, refused -> assertThat(page).contains("    " + refused.reason() + "\n"));
        assertThat(file.judge(TrustFixture.command("journalctl", "-u", "nginx", "--vacuum-size=1")
                        .by("bob", "carol")
                        .request()))
                .isInstanceOf(Verdict.Refused.class);
    }

    private static void assertSays(String page, TrustFile file, TrustFixture.Asked asked) {
        switch (file.judge(asked.request())) {
            case Verdict.Allowed allowed -> assertThat(page).contains("`" + allowed.by() + "`");
            case Verdict.Refused refused -> assertThat(page).contains("    " + refused.reason() + "\n");
        }
    }

    @Test
    void theProfileStandsThereAsItIs() throws Exception {
        assertThat(examples(Files.readString(PAGE)).get(1)).isEqualTo(Observe.COMMANDS);
    }

    @Test
    void limitsAndPatternsAreThoseOfTheCode() throws Exception {
        String page = Files.readString(PAGE);

        assertThat(page)
                .contains("at most %d KiB".formatted(Limits.TRUST_FILE_BYTES / 1024))
                .contains("%,d texts, lists and maps".formatted(Limits.TRUST_FILE_NODES))
                .contains("at most %,d; `[]`".formatted(Limits.TRUST_RULES))
                .contains("1 to %d, as OpenSSH".formatted(Limits.TRUST_AUTHORITIES))
                .contains("their number, at most %d".formatted(Limits.SIGNATURES))
                .contains("1 (default) to %d.".formatted(Limits.SIGNATURES))
                .contains("at most %,d names".formatted(Limits.TRUST_WORDS))
                .contains("and %d for itself".formatted(WordPattern.OWN_PARTS))
                .contains("at most %d parts".formatted(Limits.PATTERN_PARTS))
                .contains("all patterns of a file %,d.".formatted(Limits.TRUST_PATTERN_PARTS))
                .contains("A number goes up to %d.".formatted(Limits.PATTERN_COUNT))
                .contains("more than %,d characters".formatted(Limits.PATTERN_WORD_CHARS))
                .contains("%,d steps".formatted(Limits.PATTERN_STEPS))
                .contains("%,d characters:".formatted(Limits.REASON_CHARS));
        for (String span :
                List.of("Mon-Fri 08:00-18:00", "Mon,Wed 08:00-09:00", "Sat-Mon 00:00-24:00", "Fri 22:00-06:00")) {
            assertThat(page).contains("`" + span + "`");
            Hours.span(span);
        }
        for (String pattern : List.of("[a-z_]", "[^a-z]", "--no-pager|--lines=[0-9]{1,4}", "-(a|b)", "[Kk]")) {
            assertThat(page).contains("`" + pattern + "`");
            WordPattern.parse(pattern);
        }
    }

    private static List<String> examples(String page) {
        return Pattern.compile("(?s)```yaml\n(.*?)```")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .toList();
    }
}
