// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import static dev.steward.message.trust.TrustFixture.FLEET;
import static dev.steward.message.trust.TrustFixture.KEY;
import static dev.steward.message.trust.TrustFixture.OTHER_KEY;
import static dev.steward.message.trust.TrustFixture.asked;
import static dev.steward.message.trust.TrustFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustFileTest {
    @Test
    void theFileSaysWhoseListsHold() throws Exception {
        TrustFile file = TrustFile.parse("trust.yaml", """
                fleet: %s
                authorities:
                  anna: %s anna@desk
                  vault: %s
                authoritySignatures: 2
                rules: []
                """.formatted(FLEET, KEY, OTHER_KEY));

        assertThat(file.fleet()).isEqualTo(FLEET);
        assertThat(file.authorities()).containsExactly(Map.entry("anna", KEY), Map.entry("vault", OTHER_KEY));
        assertThat(file.authoritySignatures()).isEqualTo(2);
        assertThat(file.rules()).isEmpty();
        assertThat(TrustFixture.file("  []\n").authoritySignatures()).isEqualTo(1);
    }

    @Test
    void aRuleTellsWhatItGivesAway() throws Exception {
        TrustFile file = TrustFixture.file("""
                  - {profile: full, by: '*'}
                  - {profile: full, by: [anna, bob], signatures: 2}
                  - {allow: shellcommand, by: anna}
                  - {allow: shellcommand, by: anna, shell: true}
                  - {allow: shellcommand, by: anna, commands: [[date]]}
                  - {profile: observe, by: '*'}
                  - {allow: keys, by: anna}
                """);

        assertThat(file.rules().stream().map(Rule::allowsAnything))
                .containsExactly(true, true, true, true, false, false, false);
        assertThat(file.rules().stream().map(Rule::isForEveryone))
                .containsExactly(true, false, false, false, false, true, false);
        assertThat(file.rules().stream().map(Rule::signatures)).containsExactly(1, 2, 1, 1, 1, 1, 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"anna", "anna.b@desk-1", "null", "true", "1e3", "0x10", "2026-01-01"})
    void whatTheTemplateWritesIsRead(String name) throws Exception {
        TrustFile full = TrustFile.parse("trust.yaml", TrustTemplate.text(FLEET, name, KEY, "full"));
        TrustFile observe = TrustFile.parse("trust.yaml", TrustTemplate.text(FLEET, name, KEY, "observe"));

        assertThat(full.fleet()).isEqualTo(FLEET);
        assertThat(full.authorities()).containsExactly(Map.entry(name, KEY));
        assertThat(full.judge(asked().shell("rm x").request())).isInstanceOf(Verdict.Allowed.class);
        assertThat(observe.judge(asked().request())).isInstanceOf(Verdict.Allowed.class);
        assertThat(observe.judge(asked().shell("rm x").request())).isInstanceOf(Verdict.Refused.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "{} > 1: 'fleet' is missing",
                "[] > 1: must be a map",
                "fleet: FLEET|authorities: {anna: KEY} > 1: 'rules' is missing",
                "fleet: FLEET|rules: [] > 1: 'authorities' is missing",
                "fleet: abc|authorities: {anna: KEY}|rules: [] > 1: 'abc' is not a fleet's id",
                "fleet: [a]|authorities: {anna: KEY}|rules: [] > 1: must be a text",
                "fleet: FLEET|authorites: {anna: KEY}|rules: [] > 2: unknown key 'authorites'; did you mean 'authorities'?",
                "fleet: FLEET|fleet: FLEET|authorities: {anna: KEY}|rules: [] > 2: 'fleet' is there twice",
                "fleet: FLEET|authorities: {}|rules: [] > 2: 'authorities' names 1 to 100 keys, not 0",
                "fleet: FLEET|authorities: [anna]|rules: [] > 2: must be a map of keys and values",
                "fleet: FLEET|authorities:|  anna: KEY|  anna: OTHER|rules: [] > 4: 'anna' is there twice",
                "fleet: FLEET|authorities:|  anna: KEY|  vault: KEY|rules: [] > 4: 'vault' has the key of 'anna'",
                "fleet: FLEET|authorities:|  anna: KEY|  vault: KEY other comment|rules: [] > 4: 'vault' has the key of 'anna'",
                "fleet: FLEET|authorities:|  '*': KEY|rules: [] > 3: '*' is not an operator's name",
                "fleet: FLEET|authorities:|  a b: KEY|rules: [] > 3: 'a b' is not an operator's name",
                "fleet: FLEET|authorities:|  anna: ssh-rsa AAAA|rules: [] > 3: 'ssh-rsa AAAA' is not a public Ed25519 key",
                "fleet: FLEET|authorities:|  anna:|rules: [] > 3: must be a text",
                "fleet: FLEET|authorities: {anna: KEY}|authoritySignatures: 2|rules: [] > 3: '2' must be a number from 1 to 1",
                "fleet: FLEET|authorities: {anna: KEY}|authoritySignatures: 0|rules: [] > 3: '0' must be a number from 1 to 1",
                "fleet: FLEET|authorities: {anna: KEY}|authoritySignatures: all|rules: [] > 3: 'all' must be a number",
                "fleet: FLEET|authorities: {anna: KEY}|rules:|  profile: full > 4: must be a list of rules",
                "fleet: FLEET|authorities: {anna: KEY}|rules: > 3: must be a list of rules",
                "fleet: FLEET|authorities: {anna: KEY}|rules: []|---|x: y > 4 is not valid YAML: but found another document",
            })
    void aFileThatDoesNotFitIsRefusedWithItsLine(String lines, String reason) {
        String yaml = lines.replace("|", "\n")
                .replace("FLEET", FLEET.value())
                .replace("KEY", KEY.toString())
                .replace("OTHER", OTHER_KEY.toString());
        assertThatThrownBy(() -> TrustFile.parse("trust.yaml", yaml))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("trust.yaml:" + reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            quoteCharacter = '`',
            value = {
                "- full > 5: must be a map",
                "- by: [bob] > 5: a rule needs either 'profile' (full or observe) or 'allow' (a method)",
                "- {profile: full, allow: cancel, by: [bob]} > 5: a rule needs either",
                "- profile: obsrve|  by: '*' > 5: unknown profile 'obsrve'; did you mean 'observe'?; there are full, observe",
                "- profile: Full|  by: '*' > 5: unknown profile 'Full'; did you mean 'full'?",
                "- profile: full > 5: 'by' is missing",
                "- profile: full|  by: [] > 6: is empty",
                "- profile: full|  by: {a: b} > 6: must be a text",
                "- profile: full|  by: [bob, '*'] > 6: '*' is every operator and stands alone; write by: '*'",
                "- profile: full|  by: [bob, bob] > 6: 'bob' is named twice",
                "- profile: full|  by: [bob smith] > 6: 'bob smith' is not an operator's name",
                "- profile: full|  by: bob, carol > 6: 'bob, carol' is not an operator's name",
                "- profile: full|  by: * > 6 is not valid YAML",
                "- profile: full|  by: [bob]|  command: [[x]] > 7: unknown key 'command'; did you mean 'commands'?",
                "- profile: observe|  by: [bob]|  commands: [[x]] > 7: 'commands' can't stand here: a profile has its own",
                "- profile: full|  by: [bob]|  stdin: false > 7: 'stdin' can't stand here",
                "- allow: cancel|  by: [bob]|  shell: true > 7: 'shell' can't stand here: it goes with 'allow: shellcommand' only",
                "- allow: shelcommand|  by: [bob]|  commands:|  - [x] > 7: 'commands' can't stand here: it goes with 'allow: shellcommand' only; did you mean 'shellcommand'?",
                "- allow: a.b|  by: [bob] > 5: 'a.b' is not a method",
                "- allow: '*'|  by: [bob] > 5: '*' is not a method",
                "- allow: cancel|  by: [bob]|  domain: '*' > 7: '*' is not a domain",
                "- allow: cancel|  by: [bob]|  signatures: 2 > 7: '2' must be a number from 1 to 1",
                "- allow: cancel|  by: '*'|  signatures: 17 > 7: '17' must be a number from 1 to 16",
                "- allow: cancel|  by: '*'|  signatures: 0 > 7: '0' must be a number from 1 to 16",
                "- allow: cancel|  by: '*'|  nodes: 0 > 7: '0' must be a number from 1 to 50000",
                "- allow: cancel|  by: '*'|  nodes: many > 7: 'many' must be a number",
                "- allow: cancel|  by: '*'|  hours:|   - Mon 08:00-09:00|   - Mon > 9: 'Mon' is no span of hours",
                "- allow: cancel|  by: '*'|  hours: [] > 7: is empty",
                "- allow: cancel|  by: '*'|  zone: UTC > 7: 'zone' is the zone of 'hours', and there are none",
                "- allow: cancel|  by: '*'|  hours: 08:00-09:00|  zone: Mars > 8: 'Mars' is no time zone",
                "- allow: shellcommand|  by: '*'|  shell: yes > 7: must be true or false",
                "- allow: shellcommand|  by: '*'|  shell: 'true' > 7: must be true or false",
                "- allow: shellcommand|  by: '*'|  stdin: !!bool perhaps > 7: must be true or false",
                "- allow: shellcommand|  by: '*'|  commands: [[x]]|  shell: true > 8: 'shell: true' beside 'commands'",
                "- allow: shellcommand|  by: '*'|  commands: [] > 7: 'commands' is empty; leave it out",
                "- allow: shellcommand|  by: '*'|  commands: x > 7: must be a list of commands",
                "- allow: shellcommand|  by: '*'|  commands: [x, y] > 7: must be a list of words",
                "- allow: shellcommand|  by: '*'|  commands:|  - [x]|  - [] > 9: a command begins with the name of its program",
                "- allow: shellcommand|  by: '*'|  commands: [['', y]] > 7: a command begins with the name of its program",
                "- allow: shellcommand|  by: '*'|  commands: [[{match: a}]] > 7: a command begins with the name of its program",
                "- allow: shellcommand|  by: '*'|  commands: [[{rest: a}]] > 7: a command begins with the name of its program",
                "- allow: shellcommand|  by: '*'|  commands: [[x, {rest: a}, y]] > 7: 'rest' stands for all further words",
                "- allow: shellcommand|  by: '*'|  commands: [[x, {match: a, rest: b}]] > 7: needs either 'match'",
                "- allow: shellcommand|  by: '*'|  commands: [[x, {}]] > 7: needs either 'match'",
                "- allow: shellcommand|  by: '*'|  commands: [[x, {mach: a}]] > 7: unknown key 'mach'; did you mean 'match'?",
                "- allow: shellcommand|  by: '*'|  commands: [[x, {match: '(a'}]] > 7: the pattern '(a' can't be read: missing closing ) at '(a'",
                "- allow: shellcommand|  by: '*'|  commands: [[x, [y]]] > 7: must be a text",
                "- allow: shellcommand|  by: '*'|  commands: [[x, ]] > NONE",
                "- allow: shellcommand|  by: '*'|  commands: [[x, ~]] > NONE",
                "- allow: shellcommand|  by: '*'|  commands: [[x, null]] > 7: must be a text",
                "- allow: shellcommand|  by: '*'|  commands: [[x, \"\\0\"]] > 7: no word of a command can hold a NUL",
                "- allow: shellcommand|  by: '*'|  environment: [A=b] > 7: 'A=b' is no name of a variable",
                "- allow: shellcommand|  by: '*'|  environment: [] > 7: is empty",
                "- allow: shellcommand|  by: '*'|  commands: [[x]]|  environment: '*' > 8: '*' beside 'commands' would let them run anything",
                "- allow: shellcommand|  by: '*'|  commands: [[x]]|  environment: [LANG, LD_PRELOAD] > 8: 'LD_PRELOAD' beside 'commands'",
                "- allow: shellcommand|  by: '*'|  commands: [[x]]|  environment: [PATH] > 8: 'PATH' beside 'commands'",
                "- allow: shellcommand|  by: '*'|  directories: [srv] > 7: 'srv' must be an absolute path",
                "- allow: shellcommand|  by: '*'|  directories: [/srv/] > 7: '/srv/' must be an absolute path",
                "- allow: shellcommand|  by: '*'|  directories: [/srv/../etc] > 7: '/srv/../etc' must be an absolute path",
                "- &a {profile: full, by: '*'}|- <<: *a > 6: unknown key '<<'",
            })
    void aRuleThatDoesNotFitIsRefusedWithItsLine(String lines, String reason) throws Exception {
        String yaml = text("  " + lines.replace("|", "\n  ") + "\n");
        if (reason.equals("NONE")) { // a comma at the end is nothing, a tilde is a word
            assertThat(TrustFile.parse("trust.yaml", yaml).rules()).hasSize(1);
            return;
        }
        assertThatThrownBy(() -> TrustFile.parse("trust.yaml", yaml))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("trust.yaml:" + reason);
    }

    @Test
    void anEmptyFileIsRefused() {
        assertThatThrownBy(() -> TrustFile.parse("trust.yaml", "# nothing\n"))
                .hasMessage("trust.yaml is empty; it must hold 'fleet', 'authorities' and 'rules'");
    }

    @Test
    void aBillionLaughsAreNotLaughed() {
        var yaml = new StringBuilder("- allow: shellcommand\n    by: '*'\n    commands:\n      - &a0 [x, y]\n");
        for (int i = 1; i < 30; i++) {
            yaml.append("      - &a%d [x, *a%d, *a%d]\n".formatted(i, i - 1, i - 1));
        }
        assertRefused("  " + yaml, "");
        assertRefused("  - &r [*r, *r]\n", "trust.yaml:5: must be a map");
        assertRefused("  - {allow: shellcommand, by: '*', commands: &c [*c]}\n", "must be a text");
    }

    @Test
    void whatAliasesStandForCounts() {
        String words = "w, ".repeat(900);
        assertRefused(
                "  - {allow: shellcommand, by: '*', commands: [&a [x, %s], %s]}\n".formatted(words, "*a, ".repeat(40)),
                "here the rules have more than 20000 names, words, variables and directories in all");
    }

    @Test
    void spansOfHoursAreFew() throws Exception {
        String rule = "  - {profile: full, by: '*', hours: [%s]}\n";

        assertThat(TrustFixture.file(rule.formatted("08:00-09:00, ".repeat(100)))
                        .rules())
                .hasSize(1);
        assertRefused(rule.formatted("08:00-09:00, ".repeat(101)), "trust.yaml:5: 'hours' has more than 100 spans");
    }

    @Test
    void patternsThatAreShortToWriteAndLargeToKeepAreCounted() {
        assertRefused(
                "  - {allow: shellcommand, by: '*', commands: [%s]}\n"
                        .formatted("[x, {rest: '(a|aa){20}'}], ".repeat(200)),
                "trust.yaml:5: here the patterns have more than 20000 parts in all");
    }

    @Test
    void aFileOfManySmallThingsIsRefusedBeforeItFillsTheMemory() {
        assertRefused(
                "  - {profile: full, by: [%s]}\n".formatted("[],".repeat(41_000)),
                "trust.yaml:5: here the file has more than 40000 texts, lists and maps");
    }

    @Test
    void whatIsNestedIsNotFollowedForEver() {
        assertRefused("  - " + "[".repeat(100_000) + "\n", "trust.yaml:5: is nested too deep, at most 32 levels");
        assertRefused("  - " + "{a: ".repeat(50_000) + "\n", "is nested too deep");
        assertRefused("  " + "- ".repeat(50_000) + "\n", "is nested too deep");
    }

    @Test
    void aHugeFileIsRefused() throws Exception {
        assertRefused("#" + "x".repeat(Limits.TRUST_FILE_BYTES), "trust.yaml is larger than the limit of 262144 bytes");
        assertRefused("#" + "é".repeat(Limits.TRUST_FILE_BYTES / 2), "is larger than the limit");
        assertRefused("  - {profile: full, by: '*'}\n".repeat(1_001), "has 1001 rules, at most 1000 are possible");
        assertThat(TrustFixture.file("  - {profile: full, by: '*'}\n".repeat(1_000))
                        .rules())
                .hasSize(1_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\t- x", "  - {a", "  - 'a", "  - \u0001", "  - *b", "  - !!python/object:os {}", "  - ? [a] : b"
            })
    void whatIsNoYamlOrTooCleverIsRefused(String rules) {
        assertRefused(rules + "\n", "trust.yaml");
    }

    private static void assertRefused(String rules, String reason) {
        assertThatThrownBy(() -> TrustFixture.file(rules))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(reason);
    }
}
