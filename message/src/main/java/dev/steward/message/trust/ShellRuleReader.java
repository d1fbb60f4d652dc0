// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.RefusedException;
import dev.steward.message.text.Quoted;
import dev.steward.message.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads what a rule says of the arguments of a {@code shellcommand}. */
final class ShellRuleReader {
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,200}");

    /** With these a command runs another program than the one it names, so that naming it would mean nothing. */
    private static final Pattern LOADS_CODE = Pattern.compile("\\*|PATH|LD_.*|BASH_ENV|ENV|SHELLOPTS");

    private final WordCount words;

    ShellRuleReader(WordCount words) {
        this.words = words;
    }

    ShellRule read(YamlNode.Fields fields) throws RefusedException {
        Optional<YamlNode> shell = fields.optional("shell");
        Optional<YamlNode> stdin = fields.optional("stdin");
        Optional<YamlNode> commands = fields.optional("commands");
        boolean isShell = shell.isPresent() && shell.get().bool();
        if (isShell && commands.isPresent()) {
            throw fields.complaint(
                    "shell", "'shell: true' beside 'commands' would allow any command; make it a rule of its own");
        }
        return new ShellRule(
                commands.isPresent() ? commands(commands.get()) : List.of(),
                isShell,
                environment(fields, commands.isPresent()),
                directories(fields),
                stdin.isPresent() && stdin.get().bool());
    }

    List<CommandPattern> commands(YamlNode list) throws RefusedException {
        var commands = new ArrayList<CommandPattern>();
        for (YamlNode each : list.list("a list of commands, each a list of words")) {
            commands.add(command(each));
        }
        if (commands.isEmpty()) {
            throw list.complaint("'commands' is empty; leave it out to allow any command");
        }
        return commands;
    }

    private CommandPattern command(YamlNode list) throws RefusedException {
        List<YamlNode> nodes = list.list("a list of words");
        var read = new ArrayList<CommandPattern.Word>();
        Optional<CommandPattern.Form> rest = Optional.empty();
        for (YamlNode node : nodes) {
            words.count(node);
            if (rest.isPresent()) {
                throw node.complaint("'rest' stands for all further words, so nothing can come after it");
            }
            if (!node.isMap()) {
                read.add(exact(node));
                continue;
            }
            YamlNode.Fields form = node.fields(Set.of("match", "rest"));
            if (form.contains("match") == form.contains("rest")) {
                throw node.complaint("needs either 'match' (one word) or 'rest' (all further words)");
            }
            if (form.contains("rest")) {
                rest = Optional.of(form(form.required("rest")));
            } else {
                read.add(form(form.required("match")));
            }
        }
        if (read.isEmpty()
                || !(read.getFirst() instanceof CommandPattern.Exact program)
                || program.text().isEmpty()) {
            throw list.complaint("a command begins with the name of its program, as a text");
        }
        return new CommandPattern(list.place(), read, rest);
    }

    private static CommandPattern.Exact exact(YamlNode node) throws RefusedException {
        if (node.text().indexOf('\0') >= 0) {
            throw node.complaint("no word of a command can hold a NUL character");
        }
        return new CommandPattern.Exact(node.text());
    }

    private CommandPattern.Form form(YamlNode node) throws RefusedException {
        String text = node.text();
        WordPattern pattern;
        try {
            pattern = WordPattern.parse(text);
        } catch (RefusedException e) {
            throw node.complaint(e.getMessage());
        }
        words.count(pattern, node);
        return new CommandPattern.Form(pattern);
    }

    private Set<String> environment(YamlNode.Fields fields, boolean hasCommands) throws RefusedException {
        Optional<YamlNode> node = fields.optional("environment");
        var names = new LinkedHashSet<String>();
        for (YamlNode each : node.isPresent() ? node.get().oneOrMore() : List.<YamlNode>of()) {
            words.count(each);
            String name = each.text();
            if (!name.equals(ShellRule.ANY) && !VARIABLE.matcher(name).matches()) {
                throw each.complaint("%s is no name of a variable; '*' is any".formatted(Quoted.of(name)));
            }
            if (hasCommands && LOADS_CODE.matcher(name).matches()) {
                throw each.complaint("%s beside 'commands' would let them run anything; name other variables"
                        .formatted(Quoted.of(name)));
            }
            names.add(name);
        }
        return Set.copyOf(names);
    }

    private List<String> directories(YamlNode.Fields fields) throws RefusedException {
        Optional<YamlNode> node = fields.optional("directories");
        var directories = new ArrayList<String>();
        for (YamlNode each : node.isPresent() ? node.get().oneOrMore() : List.<YamlNode>of()) {
            words.count(each);
            if (!ShellRule.isNormal(each.text())) {
                throw each.complaint("%s must be an absolute path without '.', '..', '//' and without '/' at its end"
                        .formatted(Quoted.of(each.text())));
            }
            directories.add(each.text());
        }
        return directories;
    }
}
