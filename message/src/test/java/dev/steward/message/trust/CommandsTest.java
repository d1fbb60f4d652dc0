// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import static dev.steward.message.trust.TrustFixture.allowed;
import static dev.steward.message.trust.TrustFixture.command;
import static dev.steward.message.trust.TrustFixture.file;
import static dev.steward.message.trust.TrustFixture.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Limits;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.trust.TrustFixture.Asked;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code commands}: what fits them, and the ways around them. */
class CommandsTest {
    private static final String RULES = """
              - allow: shellcommand
                by: [bob]
                commands:
                  - [systemctl, restart, nginx]
                  - [journalctl, -u, {match: '[a-z0-9-]+'}, {rest: '--(no-pager|lines=[0-9]+)'}]
                  - [logger, {match: '[^;]+'}]
                  - [kubectl, {rest: '[a-z=-]+'}]
            """;

    @Test
    void whatIsNamedIsAllowed() throws Exception {
        TrustFile file = file(RULES);

        allowed(file, command("systemctl", "restart", "nginx"));
        allowed(file, command("journalctl", "-u", "nginx"));
        allowed(file, command("journalctl", "-u", "nginx", "--no-pager", "--lines=50"));
        allowed(file, command("logger", "Grüße, Welt"));
        allowed(file, command("kubectl"));
        allowed(file, command("kubectl", "get", "pods"));
        allowed(file, command("kubectl", "get").with("environment", Map.of()));
    }

    static Stream<Arguments> waysAround() {
        Asked restart = command("systemctl", "restart", "nginx");
        return Stream.of(
                way(command("systemctl", "restart", "httpd"), "word 3, 'httpd', is not 'nginx' (trust.yaml:8)"),
                way(command("systemctl", "restart", "nginx", "httpd"), "word 4, 'httpd', is one too many"),
                way(command("systemctl", "restart", "nginx", ""), "word 4, '', is one too many"),
                way(command("systemctl", "", "restart", "nginx"), "word 2, '', is not 'restart'"),
                way(command("", "systemctl", "restart", "nginx"), "the program '' is not among its commands"),
                way(command("systemctl", "restart"), "word 3 is missing"),
                way(command("systemctl"), "word 2 is missing"),
                way(command("systemctl restart nginx"), "the program 'systemctl restart nginx' is not"),
                way(command("systemctl", "restart nginx"), "word 2, 'restart nginx', is not 'restart'"),
                way(command("systemctl", "restart", "nginx "), "word 3, 'nginx ', is not 'nginx'"),
                way(command("systemctl", "restart", " nginx"), "word 3, ' nginx', is not 'nginx'"),
                way(command("systemctl", "restart", "nginx\n"), "word 3, 'nginx\\u000a', is not"),
                way(command("systemctl", "restart", "nginx\0"), "word 3, 'nginx\\u0000', is not"),
                way(command("systemctl", "restart", "NGINX"), "word 3, 'NGINX', is not"),
                way(command("Systemctl", "restart", "nginx"), "the program 'Systemctl' is not"),
                way(command("\u0455ystemctl", "restart", "nginx"), "the program '\\u0455ystemctl' is not"),
                way(command("systemctl", "restart", "ngi\u200bnx"), "word 3, 'ngi\\u200bnx', is not"),
                way(command("systemctl", "restart", "ｎｇｉｎｘ"), "word 3, '\\uff4e"),
                way(command("./systemctl", "restart", "nginx"), "the program './systemctl' is not"),
                way(command("/tmp/systemctl", "restart", "nginx"), "the program '/tmp/systemctl' is not"),
                way(command("sh", "-c", "systemctl restart nginx"), "the program 'sh' is not"),
                way(command("env", "systemctl", "restart", "nginx"), "the program 'env' is not"),
                way(command("systemctl", "--host=evil", "restart", "nginx"), "word 2, '--host=evil', is not"),
                way(restart.shell("systemctl restart nginx"), "it allows no shell line"),
                way(restart.with("shell", "id"), "either 'command' or 'shell'"),
                way(restart.with("environment", Map.of("LD_PRELOAD", "/tmp/x.so")), "the variable 'LD_PRELOAD' is not"),
                way(restart.with("environment", Map.of("", "x")), "the variable '' is not"),
                way(restart.with("environment", Map.of("X", 1L)), "the variable 'X' is not a text"),
                way(restart.with("environment", "PATH=/tmp"), "'environment' must be an object"),
                way(restart.with("workingDirectory", "/tmp"), "it allows no working directory"),
                way(restart.with("workingDirectory", ""), "it allows no working directory"),
                way(restart.with("stdin", "y\n"), "it allows no stdin"),
                way(restart.with("stdin", ""), "it allows no stdin"),
                way(restart.with("runAs", "root"), "the argument 'runAs' is unknown"),
                way(restart.with("Command", List.of("id")), "the argument 'Command' is unknown"),
                way(restart.with("command ", List.of("id")), "the argument 'command ' is unknown"),
                way(restart.arguments(nulled("shell")), "the argument 'shell' is null"),
                way(restart.arguments(nulled("environment")), "the argument 'environment' is null"),
                way(restart.arguments(Map.of()), "either 'command' or 'shell'"),
                way(
                        restart.arguments(Map.of("command", "systemctl restart nginx")),
                        "'command' must be a list of texts"),
                way(restart.arguments(Map.of("command", List.of())), "'command' is empty"),
                way(restart.arguments(Map.of("command", List.of("systemctl", "restart", 5L))), "must hold only texts"),
                way(restart.arguments(Map.of("command", Collections.nCopies(1_001, "x"))), "at most 1000"),
                way(restart.arguments(Map.of("shell", List.of("id"))), "'shell' must be a text"),
                way(command("journalctl", "-u", "--vacuum-size=1"), "word 3, '--vacuum-size=1', begins with '-'"),
                way(command("journalctl", "-u", ""), "word 3, '', does not match '[a-z0-9-]+'"),
                way(command("journalctl", "-u", "nginx\n"), "holds a control character"),
                way(command("journalctl", "-u", "nginx;id"), "does not match"),
                way(
                        command("journalctl", "-u", "nginx", "--vacuum-size=1"),
                        "word 4, '--vacuum-size=1', does not match"),
                way(command("journalctl", "-u", "nginx", "--no-pager", "-f"), "word 5, '-f', does not match"),
                way(command("journalctl", "-u", "nginx", ""), "word 4, '', does not match"),
                way(command("logger", "two\nlines"), "holds a control character"),
                way(command("logger", "\u001b[2J"), "holds a control character"),
                way(command("logger", "a\u202eb"), "holds a control character"),
                way(command("logger", "\ud800"), "holds a control character"),
                way(command("logger", "-f"), "begins with '-', and its pattern '[^;]+' does not"),
                way(command("logger", "x".repeat(5_000)), "is longer than the 4096 characters"),
                way(command("kubectl", "--kubeconfig=x"), "begins with '-'"));
    }

    private static Arguments way(Asked asked, String reason) {
        return Arguments.of(asked, reason);
    }

    private static Map<String, ?> nulled(String argument) {
        var arguments = new LinkedHashMap<String, Object>();
        arguments.put("command", List.of("systemctl", "restart", "nginx"));
        arguments.put(argument, null);
        return arguments;
    }

    @ParameterizedTest
    @MethodSource("waysAround")
    void noWayLeadsAroundCommands(Asked asked, String reason) throws Exception {
        refused(file(RULES), asked, "no rule allows it; nearest is trust.yaml:5: ", reason);
    }

    @ParameterizedTest
    @MethodSource("waysAround")
    void aReasonIsOneLineOfVisibleAscii(Asked asked, String reason) throws Exception {
        String refusal = ((Verdict.Refused) file(RULES).judge(asked.request())).reason();

        assertThat(refusal).hasSizeLessThanOrEqualTo(Limits.REASON_CHARS).matches("[ -~…]*");
    }

    @Test
    void theStepsAreForTheWholeRequestAndNotForEachRule() throws Exception {
        String rule = "  - {allow: shellcommand, by: [bob], commands: [[x, {rest: '%s'}]]}\n";
        List<String> words = words("x", "a".repeat(30), 300);
        words.add("c");
        Asked asked = TrustFixture.asked().arguments(Map.of("command", words));

        allowed(file(rule.formatted("a+").repeat(20) + rule.formatted("[ac]+")), asked);
        refused(
                file(rule.formatted("a+").repeat(30) + rule.formatted("[ac]+")),
                asked,
                "word 302, 'c', does not match 'a+'");
    }

    @Test
    void whateverTheArgumentsAreTheyAreJudged() throws Exception {
        long seed = Long.getLong("steward.seed", 20_261_123);
        var random = new Random(seed);
        TrustFile file = file(RULES);
        for (int i = 0; i < 20_000; i++) {
            var arguments = new LinkedHashMap<String, Object>();
            for (String name : List.of("command", "shell", "environment", "workingDirectory", "stdin", "\u0000")) {
                if (random.nextInt(3) > 0) {
                    arguments.put(name, anything(random, 3));
                }
            }
            JsonObject decoded = Json.object(Json.bytes(arguments), 100_000);
            Verdict verdict = file.judge(
                    new Request("shellcommand", "operatingsystem", decoded, Set.of("bob"), 1, TrustFixture.NOON));

            assertThat(verdict).as("%s, seed %d", arguments, seed).isInstanceOf(Verdict.Refused.class);
        }
    }

    private static Object anything(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> "systemctl";
            case 1 -> random.nextLong();
            case 2 -> random.nextBoolean();
            case 3 -> "\u0000\n\u202e";
            case 4 -> List.of(anything(random, depth - 1), anything(random, depth - 1));
            default -> Map.of("x", anything(random, depth - 1));
        };
    }

    @Test
    void whereTheStepsAreSpentTheReasonSaysSo() throws Exception {
        TrustFile file = file("""
                  - {allow: shellcommand, by: [bob], commands: [[x, {rest: '(a|aa)+b?'}]]}
                """);

        refused(
                file,
                TrustFixture.asked().arguments(Map.of("command", words("x", "a".repeat(300), 900))),
                "takes too long to compare with '(a|aa)+b?'");
    }

    private static List<String> words(String program, String word, int times) {
        var words = new ArrayList<String>(List.of(program));
        words.addAll(Collections.nCopies(times, word));
        return words;
    }

    @Test
    void theRuleThatCameNearestIsNamed() throws Exception {
        TrustFile file = file("""
                  - {allow: shellcommand, by: [bob], commands: [[systemctl, stop, nginx], [a]]}
                  - {allow: shellcommand, by: [bob], commands: [[a], [systemctl, restart, nginx]]}
                  - {allow: shellcommand, by: [bob], commands: [[systemctl, reload, nginx]], nodes: 1}
                """);

        refused(file, command("systemctl", "restart", "httpd"), "nearest is trust.yaml:6: word 3, 'httpd'");
        refused(file, command("systemctl", "reload", "nginx").nodes(2), "nearest is trust.yaml:7: the order");
    }

    @Test
    void argumentsAsTheyAreDecodedAreJudgedLikeThose() throws Exception {
        byte[] json = "{\"command\":[\"systemctl\",\"restart\",\"nginx\"],\"environment\":{\"LANG\":\"C\"}}"
                .getBytes(StandardCharsets.UTF_8);
        JsonObject arguments = Json.object(json, 1_000);
        Request request =
                new Request("shellcommand", "operatingsystem", arguments, Set.of("bob"), 1, TrustFixture.NOON);

        assertThat(file(RULES).judge(request))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.reason()).contains("'LANG'"));
    }
}
