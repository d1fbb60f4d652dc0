// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.Target;
import dev.steward.message.text.Glob;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which orders and cancels a token may hand in. Reading has no such limit.
 *
 * @param targets patterns for names of nodes, of which each target must fit one; empty for all
 * @param methods the methods that commands may have; empty for all
 */
public record Scope(Optional<List<String>> targets, Optional<List<String>> methods) {
    public static final Scope ALL = new Scope(Optional.empty(), Optional.empty());

    private static final Pattern TARGET = Pattern.compile("[A-Za-z0-9_*?-]{1," + Limits.NODE_NAME_CHARS + "}");

    public Scope {
        targets = targets.map(List::copyOf);
        methods = methods.map(List::copyOf);
    }

    /** @throws RefusedException for what no node or method is called; a list of nothing is no scope, and not everything */
    public static Scope of(Optional<List<String>> targets, Optional<List<String>> methods) throws RefusedException {
        checkSize("targets", targets);
        checkSize("methods", methods);
        for (String target : targets.orElse(List.of())) {
            if (!TARGET.matcher(target).matches() || target.equals("all")) {
                throw new RefusedException(
                        "'targets': give names of nodes, or patterns with * and ?; leave it out for all nodes");
            }
        }
        for (String method : methods.orElse(List.of())) {
            Subject.token("method", method);
        }
        return new Scope(targets, methods);
    }

    public boolean isAll() {
        return targets.isEmpty() && methods.isEmpty();
    }

    /** Why a command of this method, or the cancel of one, may not go to these targets; empty where it may. */
    public Optional<String> refusal(String method, List<Target> to) {
        if (methods.isPresent() && !methods.get().contains(method)) {
            return Optional.of("the method '%s' is not in its scope: %s".formatted(method, text()));
        }
        return to.stream()
                .map(target -> target.node().value())
                .filter(node -> !allows(node))
                .findFirst()
                .map(node -> "the node '%s' is not in its scope: %s".formatted(node, text()));
    }

    /** For people: {@code nodes ship*, methods shellcommand}. */
    public String text() {
        return targets.map(list -> "nodes " + String.join(" ", list)).orElse("all nodes")
                + ", "
                + methods.map(list -> "methods " + String.join(" ", list)).orElse("all methods");
    }

    private boolean allows(String node) {
        return targets.isEmpty() || targets.get().stream().anyMatch(pattern -> Glob.matches(pattern, node));
    }

    private static void checkSize(String name, Optional<List<String>> list) throws RefusedException {
        if (list.filter(List::isEmpty).isPresent()) {
            throw new RefusedException("'%s' is empty; leave it out where all are meant".formatted(name));
        }
        if (list.filter(each -> each.size() > Limits.API_TOKEN_PATTERNS).isPresent()) {
            throw new RefusedException("'%s' has more than %d entries".formatted(name, Limits.API_TOKEN_PATTERNS));
        }
    }
}
