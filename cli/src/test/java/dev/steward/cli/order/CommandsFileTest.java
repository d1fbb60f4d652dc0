// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandsFileTest {
    @Test
    void theListOfTheDocumentationIsRead() throws Exception {
        List<Order> orders = CommandsFile.parse("c.yaml", """
                - {targets: ship1, method: shellcommand, arguments: {command: [sh, -c, "date"]}, timeout: 5s, startBefore: 2h}
                - targets: [ship2, 'shore*']
                  arguments:
                    shell: uptime
                    environment: {LEVEL: 3}
                  repeatable: true
                """);

        assertThat(orders).hasSize(2);
        assertThat(orders.get(0).targets()).containsExactly("ship1");
        assertThat(orders.get(0).arguments().texts("command", 9)).containsExactly("sh", "-c", "date");
        assertThat(orders.get(0).timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(orders.get(0).startBefore()).isEqualTo(Duration.ofHours(2));
        assertThat(orders.get(0).repeatable()).isFalse();
        assertThat(orders.get(1).targets()).containsExactly("ship2", "shore*");
        assertThat(orders.get(1).arguments().text("shell")).isEqualTo("uptime");
        assertThat(orders.get(1).arguments().textMap("environment")).containsEntry("LEVEL", "3");
        assertThat(orders.get(1).timeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(orders.get(1).startBefore()).isEqualTo(Duration.ofHours(24));
        assertThat(orders.get(1).domain()).isEqualTo("operatingsystem");
        assertThat(orders.get(1).repeatable()).isTrue();
    }

    @Test
    void wordsOfACommandAreTakenAsWritten() throws Exception {
        List<Order> orders =
                CommandsFile.parse("c.yaml", "- {targets: a, arguments: {command: [sleep, 0x10, 007, true, 1.50]}}");

        assertThat(orders.getFirst().arguments().texts("command", 9))
                .containsExactly("sleep", "0x10", "007", "true", "1.50");
    }

    @Test
    void argumentsOfOtherMethodsKeepTheirTypes() throws Exception {
        List<Order> orders = CommandsFile.parse(
                "c.yaml",
                "- {targets: a, method: syslogforwarding, arguments: {rate: 5, on: true, files: [x], y: null}}");

        var arguments = orders.getFirst().arguments();
        assertThat(arguments.integer("rate", 0, 9)).isEqualTo(5);
        assertThat(arguments.bool("on")).isTrue();
        assertThat(arguments.texts("files", 9)).containsExactly("x");
    }

    @Test
    void anUnknownKeyIsRefusedWithItsLineAndTheLikelyOne() {
        refused("""
                - targets: a
                  argments: {command: [x]}
                """, "c.yaml:2: unknown key 'argments'; did you mean 'arguments'?");
        refused("""
                - targets: a
                  arguments:
                    comand: [x]
                """, "c.yaml:3: unknown key 'comand'; did you mean 'command'?");
    }

    @Test
    void whatIsWrongIsNamedWithItsLine() {
        refused("- arguments: {command: [x]}", "c.yaml:1: 'targets' is missing");
        refused("- targets: a", "'arguments' is missing");
        refused("- targets: a\n  arguments: {shell: x, command: [y]}", "c.yaml:2: needs either");
        refused("- targets: a\n  arguments: {command: [y]}\n  timeout: 60", "c.yaml:3: '60' is not a duration");
        refused("- targets: a\n  arguments: {command: [y]}\n  repeatable: maybe", "c.yaml:3: must be true or false");
        refused("- targets: a\n  targets: b\n  arguments: {command: [y]}", "c.yaml:2: 'targets' is there twice");
        refused("- targets: a\n  arguments: {command: []}", "c.yaml:2: is empty");
        refused("- targets: a\n  arguments: {command: date}", "c.yaml:2: must be a list of texts");
        refused("- targets: a\n  method: a b\n  arguments: {}", "c.yaml:2: 'a b' is not a method");
        refused("- targets: a\n  method: [a]\n  arguments: {}", "c.yaml:2: must be a text");
        refused("- targets: a\n  arguments: {command: [y]}\n  timeout: {}", "c.yaml:3: must be a text");
        refused("targets: a", "must be a list of commands");
        refused("", "c.yaml is empty");
        refused("[]", "c.yaml holds no commands");
        refused("- {", "c.yaml:1 is not valid YAML");
        refused("- " + "[".repeat(100_000), "c.yaml:1: is nested too deep");
    }

    @Test
    void aNestThatHoldsItselfIsRefused() {
        refused("- {targets: a, method: m, arguments: &x {y: *x}}", "");
    }

    private static void refused(String yaml, String message) {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> CommandsFile.parse("c.yaml", yaml))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE));
    }
}
