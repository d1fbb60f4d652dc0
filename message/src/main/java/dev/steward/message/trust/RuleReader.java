// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.Limits;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.text.DidYouMean;
import dev.steward.message.text.Quoted;
import dev.steward.message.yaml.YamlNode;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads the rules of one trust file. */
final class RuleReader {
    private static final List<String> SHELL_KEYS = List.of("commands", "shell", "environment", "directories", "stdin");
    static final Set<String> KEYS = Set.of(
            "profile",
            "allow",
            "by",
            "signatures",
            "domain",
            "nodes",
            "hours",
            "zone",
            "commands",
            "shell",
            "environment",
            "directories",
            "stdin");
    private static final String EVERY = "*";
    private static final int MAX_SPANS = 100;

    private final WordCount words = new WordCount();

    List<Rule> rules(YamlNode list) throws RefusedException {
        List<YamlNode> entries = list.list("a list of rules");
        if (entries.size() > Limits.TRUST_RULES) {
            throw list.complaint("has %d rules, at most %d are possible".formatted(entries.size(), Limits.TRUST_RULES));
        }
        var rules = new ArrayList<Rule>();
        for (YamlNode entry : entries) {
            rules.add(rule(entry));
        }
        return rules;
    }

    private Rule rule(YamlNode entry) throws RefusedException {
        YamlNode.Fields fields = entry.fields(KEYS);
        if (fields.contains("profile") == fields.contains("allow")) {
            throw entry.complaint("a rule needs either 'profile' (full or observe) or 'allow' (a method)");
        }
        Rule.Scope scope = fields.contains("profile") ? profile(fields) : allow(fields);
        String key = fields.contains("profile") ? "profile" : "allow";
        return new Rule(entry.place(), key + " " + fields.required(key).text(), scope, conditions(fields));
    }

    private static Rule.Scope profile(YamlNode.Fields fields) throws RefusedException {
        YamlNode name = fields.required("profile");
        refuseShellKeys(fields, "a profile has its own");
        return switch (name.text()) {
            case "full" -> new Rule.Scope.Everything();
            case "observe" -> new Rule.Scope.Shell(Observe.RULE);
            default ->
                throw name.complaint("unknown profile %s%s; there are %s"
                        .formatted(
                                Quoted.of(name.text()),
                                DidYouMean.suffix(name.text(), TrustTemplate.PROFILES),
                                String.join(
                                        ", ",
                                        TrustTemplate.PROFILES.stream().sorted().toList())));
        };
    }

    private Rule.Scope allow(YamlNode.Fields fields) throws RefusedException {
        YamlNode node = fields.required("allow");
        String method = token("method", node);
        if (method.equals(ShellCall.METHOD)) {
            return new Rule.Scope.Shell(new ShellRuleReader(words).read(fields));
        }
        refuseShellKeys(
                fields,
                "it goes with 'allow: shellcommand' only" + DidYouMean.suffix(method, Set.of(ShellCall.METHOD)));
        return new Rule.Scope.Method(method);
    }

    private static void refuseShellKeys(YamlNode.Fields fields, String why) throws RefusedException {
        for (String key : SHELL_KEYS) {
            if (fields.contains(key)) {
                throw fields.complaint(key, "'%s' can't stand here: %s".formatted(key, why));
            }
        }
    }

    private Rule.Conditions conditions(YamlNode.Fields fields) throws RefusedException {
        Set<String> by = by(fields.required("by"));
        int most = by.isEmpty() ? Limits.SIGNATURES : Math.min(by.size(), Limits.SIGNATURES);
        Optional<YamlNode> signatures = fields.optional("signatures");
        Optional<YamlNode> domain = fields.optional("domain");
        Optional<YamlNode> nodes = fields.optional("nodes");
        return new Rule.Conditions(
                by,
                signatures.isPresent() ? signatures.get().integer(1, most) : 1,
                domain.isPresent() ? Optional.of(token("domain", domain.get())) : Optional.empty(),
                nodes.isPresent() ? OptionalInt.of(nodes.get().integer(1, Limits.NODES)) : OptionalInt.empty(),
                hours(fields));
    }

    /** Names of operators; empty for every one. */
    private Set<String> by(YamlNode node) throws RefusedException {
        if (!node.isList() && node.text().equals(EVERY)) {
            return Set.of();
        }
        var names = new LinkedHashSet<String>();
        for (YamlNode each : node.oneOrMore()) {
            words.count(each);
            String name = each.text();
            if (name.equals(EVERY)) {
                throw each.complaint("'*' is every operator and stands alone; write by: '*'");
            }
            try {
                OperatorList.checkName(name);
            } catch (RefusedException e) {
                throw each.complaint(e.getMessage());
            }
            if (!names.add(name)) {
                throw each.complaint("%s is named twice".formatted(Quoted.of(name)));
            }
        }
        return names;
    }

    private static Optional<Hours> hours(YamlNode.Fields fields) throws RefusedException {
        Optional<YamlNode> spans = fields.optional("hours");
        Optional<YamlNode> zone = fields.optional("zone");
        if (spans.isEmpty()) {
            if (zone.isPresent()) {
                throw fields.complaint("zone", "'zone' is the zone of 'hours', and there are none");
            }
            return Optional.empty();
        }
        ZoneId id = zone.isPresent() ? zone(zone.get()) : ZoneOffset.UTC;
        var read = new ArrayList<Hours.Span>();
        var texts = new ArrayList<String>();
        for (YamlNode each : spans.get().oneOrMore()) {
            if (read.size() == MAX_SPANS) {
                throw each.complaint("'hours' has more than %d spans".formatted(MAX_SPANS));
            }
            texts.add(each.text());
            try {
                read.add(Hours.span(texts.getLast()));
            } catch (RefusedException e) {
                throw each.complaint(e.getMessage());
            }
        }
        return Optional.of(new Hours(read, id, String.join(", ", texts)));
    }

    private static ZoneId zone(YamlNode node) throws RefusedException {
        String text = node.text();
        try {
            return Hours.zone(text);
        } catch (RefusedException e) {
            throw node.complaint(e.getMessage());
        }
    }

    private static String token(String what, YamlNode node) throws RefusedException {
        String text = node.text();
        try {
            return Subject.token(what, text);
        } catch (RefusedException e) {
            throw node.complaint(e.getMessage());
        }
    }
}
