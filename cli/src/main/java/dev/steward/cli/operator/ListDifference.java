// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.message.OperatorList.Operator;
import dev.steward.message.text.SafeText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a list of operators changes, a line for each operator, for a person to compare. */
record ListDifference(List<Operator> before, List<Operator> after) {
    String text() {
        var text = new StringBuilder();
        for (Operator now : after) {
            Optional<Operator> then = same(before, now);
            if (then.isEmpty()) {
                line(text, "new", now, "");
            } else if (!then.get().equals(now)) {
                line(text, "changed", now, "; before: " + changed(then.get(), now));
            }
        }
        before.stream().filter(each -> same(after, each).isEmpty()).forEach(each -> line(text, "dropped", each, ""));
        return text.isEmpty() ? "  it names the same operators\n" : text.toString();
    }

    /** As {@code adds bob, revokes eve}. */
    String line() {
        var changes = new ArrayList<String>();
        for (Operator now : after) {
            Optional<Operator> then = same(before, now);
            boolean revoked = now.revokedAt().isPresent()
                    && then.filter(each -> each.revokedAt().isPresent()).isEmpty();
            if (revoked) {
                changes.add("revokes " + SafeText.line(now.name()));
            } else if (then.isEmpty()) {
                changes.add("adds " + SafeText.line(now.name()));
            } else if (!then.get().equals(now)) {
                changes.add("changes " + SafeText.line(now.name()));
            }
        }
        before.stream()
                .filter(each -> same(after, each).isEmpty())
                .forEach(each -> changes.add("drops " + SafeText.line(each.name())));
        return changes.isEmpty() ? "names the same operators" : String.join(", ", changes);
    }

    private static Optional<Operator> same(List<Operator> operators, Operator wanted) {
        return operators.stream()
                .filter(each -> each.key().equals(wanted.key()))
                .findFirst();
    }

    private static void line(StringBuilder text, String what, Operator who, String more) {
        text.append("  %s: %s%s%s%s\n"
                .formatted(
                        what,
                        named(who),
                        who.expiresAt().map(at -> ", " + end(Optional.of(at))).orElse(""),
                        who.revokedAt()
                                .map(at -> ", " + revoked(Optional.of(at)))
                                .orElse(""),
                        more));
    }

    static String named(Operator who) {
        return "%s, %s".formatted(SafeText.line(who.name()), who.key().id());
    }

    private static String changed(Operator then, Operator now) {
        var changed = new ArrayList<String>();
        if (!then.name().equals(now.name())) {
            changed.add("named " + SafeText.line(then.name()));
        }
        if (!then.expiresAt().equals(now.expiresAt())) {
            changed.add(end(then.expiresAt()));
        }
        if (!then.revokedAt().equals(now.revokedAt())) {
            changed.add(revoked(then.revokedAt()));
        }
        return String.join(", ", changed);
    }

    private static String end(Optional<Instant> at) {
        return at.map(end -> "until " + end).orElse("without an end");
    }

    private static String revoked(Optional<Instant> at) {
        return at.map(time -> "revoked at " + time).orElse("not revoked");
    }
}
