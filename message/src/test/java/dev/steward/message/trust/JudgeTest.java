// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import static dev.steward.message.trust.TrustFixture.allowed;
import static dev.steward.message.trust.TrustFixture.asked;
import static dev.steward.message.trust.TrustFixture.command;
import static dev.steward.message.trust.TrustFixture.file;
import static dev.steward.message.trust.TrustFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Limits;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each key of a rule: what it allows, and that the least step beyond it is refused with a reason that names it. */
class JudgeTest {
    @Test
    void withoutARuleNothingIsAllowed() throws Exception {
        refused(file("  []\n"), asked(), "no rule names bob for shellcommand.operatingsystem");
    }

    @Test
    void theVerdictNamesTheRule() throws Exception {
        TrustFile file = file("""
                  - {profile: full, by: [anna]}
                  - allow: shellcommand
                    by: [bob]
                """);

        assertThat(file.judge(asked().by("anna").request()))
                .isEqualTo(new Verdict.Allowed("rule at trust.yaml:5 (profile full)"));
        assertThat(file.judge(asked().request()))
                .isEqualTo(new Verdict.Allowed("rule at trust.yaml:6 (allow shellcommand)"));
    }

    @Test
    void byNamesWhomARuleIsFor() throws Exception {
        TrustFile file = file("  - {allow: shellcommand, by: [bob, carol]}\n");

        allowed(file, asked());
        allowed(file, asked().by("carol", "mallory"));
        for (String other : List.of("mallory", "Bob", "bo", "bobb", "*")) {
            assertThat(file.judge(asked().by(other).request()))
                    .isEqualTo(
                            new Verdict.Refused("no rule names %s for shellcommand.operatingsystem".formatted(other)));
        }
        refused(file, asked().by("eve", "dave"), "no rule names dave or eve for");
        refused(file, asked().by(), "no operator has signed it");
    }

    @Test
    void aStarIsEveryOperatorButNotNobody() throws Exception {
        TrustFile file = file("  - {allow: shellcommand, by: '*'}\n");

        allowed(file, asked().by("whoever"));
        refused(file, asked().by(), "no operator has signed it");
    }

    @Test
    void whomNoRuleNamesLearnsNothingOfTheRules() throws Exception {
        TrustFile file = file("""
                  - {allow: shellcommand, by: [bob], domain: nginx, commands: [[secret, command]]}
                  - {allow: cancel, by: [bob]}
                  - {allow: shellcommand, by: [anna]}
                """);

        assertThat(file.judge(asked().request()))
                .isEqualTo(new Verdict.Refused("no rule names bob for shellcommand.operatingsystem"));
    }

    @Test
    void signaturesCountOnlyThoseOfBy() throws Exception {
        TrustFile file = file("  - {allow: shellcommand, by: [bob, carol, dave], signatures: 2}\n");

        allowed(file, asked().by("bob", "dave"));
        allowed(file, asked().by("bob", "carol", "dave"));
        refused(file, asked(), "nearest is trust.yaml:5: it asks for signatures of 2 of those it names, and has 1");
        refused(file, asked().by("bob", "anna", "eve"), "has 1");
    }

    @Test
    void signaturesOfEveryoneCountAll() throws Exception {
        TrustFile file = file("  - {profile: full, by: '*', signatures: 3}\n");

        allowed(file, asked().by("a", "b", "c"));
        refused(file, asked().by("a", "b"), "signatures of 3 of those it names, and has 2");
    }

    @Test
    void oneRuleMustFitWholeNotTwoByHalves() throws Exception {
        TrustFile file = file("""
                  - {allow: shellcommand, by: [bob], commands: [[date]]}
                  - {allow: shellcommand, by: [bob], commands: [[uptime]], stdin: true, signatures: 1}
                  - {allow: shellcommand, by: [carol], shell: true}
                """);

        refused(file, command("date").with("stdin", "x"), "nearest is trust.yaml:5: it allows no stdin");
        refused(file, asked().shell("id"), "it allows no shell line");
        allowed(file, asked().by("bob", "carol").shell("id"));
    }

    @Test
    void theDomainMustBeTheOneNamed() throws Exception {
        TrustFile file = file("  - {allow: shellcommand, by: [bob], domain: nginx}\n");

        allowed(file, asked().domain("nginx"));
        for (String other : List.of("operatingsystem", "Nginx", "nginx2", "")) {
            refused(file, asked().domain(other), "no rule names bob for shellcommand." + other);
        }
        allowed(file("  - {allow: shellcommand, by: [bob]}\n"), asked().domain("whatever"));
    }

    @Test
    void theMethodMustBeTheOneNamed() throws Exception {
        TrustFile file = file("""
                  - {allow: cancel, by: [bob]}
                  - {allow: syslogforwarding, by: [bob], nodes: 3}
                """);

        allowed(file, asked().method("cancel").domain("steward").arguments(Map.of()));
        allowed(file, asked().method("syslogforwarding").arguments(Map.of("any", "thing")));
        refused(file, asked().method("syslogforwarding").nodes(4), "the order may name 4 nodes, and it allows 3");
        refused(file, asked().method("Cancel"), "no rule names bob for Cancel.operatingsystem");
        refused(file, asked(), "no rule names bob for shellcommand.operatingsystem");
    }

    @Test
    void nodesIsTheMostThatAnOrderMayName() throws Exception {
        TrustFile file = file("  - {allow: shellcommand, by: [bob], nodes: 10}\n");

        allowed(file, asked().nodes(10));
        refused(file, asked().nodes(11), "trust.yaml:5: the order may name 11 nodes, and it allows 10");
    }

    @Test
    void hoursHoldToTheMinute() throws Exception {
        TrustFile file = file("""
                  - {allow: shellcommand, by: [bob], hours: ['Mon-Fri 08:00-18:00', 'Sat 09:00-12:00']}
                """);

        allowed(file, asked().at("2026-11-23T08:00:00Z"));
        allowed(file, asked().at("2026-11-23T17:59:59.999Z"));
        refused(
                file,
                asked().at("2026-11-23T18:00:00Z"),
                "it is Mon 18:00 in Z, outside its hours Mon-Fri 08:00-18:00, Sat 09:00-12:00");
        refused(file, asked().at("2026-11-23T07:59:59Z"), "it is Mon 07:59");
        refused(file, asked().at("2026-11-28T12:00:00Z"), "it is Sat 12:00");
    }

    @Test
    void withoutCommandsAnyVectorIsAllowedButNothingElse() throws Exception {
        TrustFile file = file("  - {allow: shellcommand, by: [bob]}\n");

        allowed(file, command("rm", "-rf", "/"));
        refused(file, asked().shell("true"), "trust.yaml:5: it allows no shell line");
        refused(file, asked().with("stdin", "x"), "it allows no stdin");
        refused(file, asked().with("environment", Map.of("A", "b")), "the variable 'A' is not among its environment");
        refused(file, asked().with("workingDirectory", "/"), "it allows no working directory");
        refused(file, asked().with("user", "root"), "the argument 'user' is unknown");
    }

    @Test
    void shellAllowsLinesToo() throws Exception {
        TrustFile file = file("  - {allow: shellcommand, by: [bob], shell: true}\n");

        allowed(file, asked().shell("uptime | tail -1"));
        allowed(file, asked());
        refused(file, asked().shell("true").with("stdin", "x"), "it allows no stdin");
        refused(file("  - {allow: shellcommand, by: [bob], shell: false}\n"), asked().shell("x"), "no shell line");
    }

    @Test
    void environmentNamesTheVariablesThatMayBeSet() throws Exception {
        TrustFile file = file("  - {allow: shellcommand, by: [bob], environment: [LANG, TZ]}\n");

        allowed(file, asked().with("environment", Map.of("LANG", "C", "TZ", "UTC")));
        refused(
                file,
                asked().with("environment", Map.of("LANG", "C", "LD_PRELOAD", "x")),
                "no rule allows it; nearest is trust.yaml:5: the variable 'LD_PRELOAD' is not among its environment");
        refused(file, asked().with("environment", Map.of("lang", "C")), "the variable 'lang' is not");
        refused(file, asked().with("environment", Map.of("*", "C")), "the variable '*' is not");
        allowed(
                file("  - {allow: shellcommand, by: [bob], environment: '*'}\n"),
                asked().with("environment", Map.of("LD_PRELOAD", "x")));
    }

    @Test
    void directoriesHoldWhatIsBelowThem() throws Exception {
        TrustFile file = file("  - {allow: shellcommand, by: [bob], directories: [/srv, /var/log]}\n");

        for (String within : List.of("/srv", "/srv/www", "/var/log/nginx", "/srv/..hidden", "/srv/a b")) {
            allowed(file, asked().with("workingDirectory", within));
        }
        for (String outside : List.of("/", "/var", "/srv2", "/var/logs", "/tmp", "/SRV")) {
            refused(
                    file,
                    asked().with("workingDirectory", outside),
                    "the working directory '" + outside + "' is not below");
        }
        allowed(file("  - {allow: shellcommand, by: [bob], directories: /}\n"), asked().with("workingDirectory", "/x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/srv/../etc", "/srv/..", "/srv/./x", "/srv//x", "//srv", "/srv/", "srv", "", "/srv/x\0y", "~"})
    void aDirectoryThatCouldLeadElsewhereIsRefused(String path) throws Exception {
        TrustFile file = file("  - {allow: shellcommand, by: [bob], directories: [/srv]}\n");

        refused(file, asked().with("workingDirectory", path), "the working directory '", "is not an absolute path");
    }

    @Test
    void stdinIsAllowedWhereARuleSaysSo() throws Exception {
        allowed(file("  - {allow: shellcommand, by: [bob], stdin: true}\n"), asked().with("stdin", "x"));
        refused(file("  - {allow: shellcommand, by: [bob], stdin: false}\n"), asked().with("stdin", "x"), "no stdin");
    }

    @Test
    void theProfileFullAllowsWhateverThereIs() throws Exception {
        TrustFile file = file("  - {profile: full, by: [bob], domain: d, nodes: 2}\n");

        allowed(file, asked().domain("d").shell("rm -rf /").with("stdin", "x").with("unknown", "y"));
        allowed(file, asked().domain("d").method("cancel"));
        refused(file, asked().domain("d").nodes(3), "allows 2");
    }

    @Test
    void allThatDoesNotFitIsSaidAtOnce() throws Exception {
        TrustFile file = file("""
                  - allow: shellcommand
                    by: [bob, carol]
                    signatures: 2
                    nodes: 1
                    hours: 08:00-09:00
                    commands: [[date]]
                """);

        refused(
                file,
                asked().nodes(5).with("stdin", ""),
                "signatures of 2",
                "may name 5 nodes",
                "outside its hours 08:00-09:00",
                "the program 'uptime' is not among its commands",
                "it allows no stdin");
    }

    @Test
    void theRuleThatTheCommandWasMeantForIsNearerThanOneThatAsksForLess() throws Exception {
        TrustFile file = file("""
                  - {profile: observe, by: '*'}
                  - {allow: shellcommand, by: [bob], signatures: 1, nodes: 1, commands: [[systemctl, restart, nginx]]}
                """);

        refused(
                file,
                command("systemctl", "restart", "httpd").nodes(2),
                "nearest is trust.yaml:6: the order",
                "word 3");
    }

    @Test
    void aRuleWithFewerFaultsIsNearer() throws Exception {
        TrustFile file = file("""
                  - {allow: shellcommand, by: [bob], nodes: 1, commands: [[date]]}
                  - {allow: shellcommand, by: [bob], nodes: 1}
                """);

        refused(file, asked().nodes(2), "nearest is trust.yaml:6: the order");
    }

    @Test
    void areasonHasALimit() throws Exception {
        Set<String> many = IntStream.range(0, 200)
                .mapToObj("operator-number-%d"::formatted)
                .collect(Collectors.toSet());
        Verdict verdict =
                file("  []\n").judge(asked().by(many.toArray(String[]::new)).request());

        assertThat(((Verdict.Refused) verdict).reason())
                .hasSize(Limits.REASON_CHARS)
                .endsWith("…");
    }

    @Test
    void aReasonObeysNoTerminal() throws Exception {
        Verdict verdict = file("  []\n")
                .judge(asked().method("\u001b[31m\n\u202e\u2028\u2029\ud800").request());

        assertThat(((Verdict.Refused) verdict).reason()).isEqualTo("no rule names bob for ?[31m?????.operatingsystem");
    }

    @Test
    void thousandRulesAreJudgedLikeOne() throws Exception {
        String rule = "  - {allow: shellcommand, by: [bob], commands: [[a, b]]}\n";
        TrustFile file = file(rule.repeat(999) + "  - {allow: shellcommand, by: [bob], commands: [[a, c]]}\n");

        allowed(file, command("a", "c"));
        refused(file, asked().arguments(Map.of("command", Collections.nCopies(1_000, "a"))), "trust.yaml:5: word 2");
    }
}
