// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.json.JsonObject;
import dev.steward.message.yaml.YamlNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A file of commands: a YAML list whose entries hold {@code targets}, {@code arguments} and, where they differ from the
 * defaults, {@code method}, {@code domain}, {@code timeout}, {@code startBefore}, {@code repeatable}. Every complaint
 * names file and line.
 */
public final class CommandsFile {
    private static final Set<String> KEYS =
            Set.of("targets", "method", "domain", "arguments", "timeout", "startBefore", "repeatable");

    private CommandsFile() {}

    public static List<Order> parse(String name, String yaml) throws Failure {
        try {
            var orders = new ArrayList<Order>();
            for (YamlNode entry :
                    YamlNode.parse(name, yaml, "a list of commands").list("a list of commands")) {
                orders.add(order(entry));
            }
            if (orders.isEmpty()) {
                throw Failure.usage(name + " holds no commands");
            }
            return orders;
        } catch (RefusedException e) {
            throw Failure.usage(e.getMessage());
        }
    }

    private static Order order(YamlNode entry) throws RefusedException, Failure {
        YamlNode.Fields fields = entry.fields(KEYS);
        String method = token(fields, "method", Order.DEFAULT_METHOD);
        YamlNode arguments = fields.required("arguments");
        return new Order(
                fields.required("targets").textOrTexts(),
                method,
                token(fields, "domain", Order.DEFAULT_DOMAIN),
                method.equals(Order.DEFAULT_METHOD) ? shell(arguments) : arguments.object(),
                duration(fields, "timeout", Order.DEFAULT_TIMEOUT),
                duration(fields, "startBefore", Order.DEFAULT_START_BEFORE),
                fields.contains("repeatable") && fields.required("repeatable").bool());
    }

    /** Checked here already, so that a typing error is met by the operator and not by a hundred nodes. */
    private static JsonObject shell(YamlNode arguments) throws RefusedException, Failure {
        YamlNode.Fields fields = arguments.fields(ShellArguments.KEYS);
        boolean vector = fields.contains(ShellArguments.COMMAND);
        if (vector == fields.contains(ShellArguments.SHELL)) {
            throw arguments.complaint("needs either 'command' (a list of words) or 'shell' (a line)");
        }
        var shell = vector
                ? ShellArguments.vector(fields.required(ShellArguments.COMMAND).texts())
                : ShellArguments.shellLine(fields.required(ShellArguments.SHELL).text());
        if (fields.contains(ShellArguments.ENVIRONMENT)) {
            shell.environment(fields.required(ShellArguments.ENVIRONMENT).textMap());
        }
        if (fields.contains(ShellArguments.WORKING_DIRECTORY)) {
            shell.workingDirectory(
                    fields.required(ShellArguments.WORKING_DIRECTORY).text());
        }
        if (fields.contains(ShellArguments.STDIN)) {
            shell.stdin(fields.required(ShellArguments.STDIN).text().getBytes(StandardCharsets.UTF_8));
        }
        return shell.json();
    }

    private static String token(YamlNode.Fields fields, String key, String otherwise) throws RefusedException {
        if (!fields.contains(key)) {
            return otherwise;
        }
        YamlNode node = fields.required(key);
        String text = node.text();
        try {
            return Subject.token(key, text);
        } catch (RefusedException e) {
            throw node.complaint(e.getMessage());
        }
    }

    private static Duration duration(YamlNode.Fields fields, String key, String otherwise) throws RefusedException {
        String text = fields.contains(key) ? fields.required(key).text() : otherwise;
        try {
            return DurationOption.parse(text);
        } catch (RefusedException e) {
            throw fields.required(key).complaint(e.getMessage());
        }
    }

    /** More commands than one call of the API takes. */
    public static void checkCount(int documents) throws Failure {
        if (documents > Limits.DOCUMENTS_PER_ORDER) {
            throw Failure.usage("%d command documents at once, at most %d are possible; split the file"
                    .formatted(documents, Limits.DOCUMENTS_PER_ORDER));
        }
    }
}
