// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** One rule of a trust file: it allows a request that fits all of it. Immutable; made by {@link RuleReader}. */
public final class Rule {
    /** What a rule is about. */
    sealed interface Scope {
        /** All methods with all arguments. */
        record Everything() implements Scope {}

        /** A method whose arguments are left to it. */
        record Method(String name) implements Scope {}

        record Shell(ShellRule rule) implements Scope {}
    }

    /**
     * What rules of each kind may ask.
     *
     * @param by names of operators; empty for every one
     */
    record Conditions(
            Set<String> by, int signatures, Optional<String> domain, OptionalInt nodes, Optional<Hours> hours) {
        Conditions {
            by = Set.copyOf(by);
        }
    }

    private final String place;
    private final String title;
    private final Scope scope;
    private final Conditions conditions;

    /**
     * @param place file and line
     * @param title as {@code profile full}
     */
    Rule(String place, String title, Scope scope, Conditions conditions) {
        this.place = place;
        this.title = title;
        this.scope = scope;
        this.conditions = conditions;
    }

    /** File and line: {@code trust.yaml:12}. */
    public String place() {
        return place;
    }

    /** Whether whoever fits it may run what he likes: every method, or any program or shell line. */
    public boolean allowsAnything() {
        return switch (scope) {
            case Scope.Everything everything -> true;
            case Scope.Method method -> false;
            case Scope.Shell shell -> shell.rule.commands().isEmpty();
        };
    }

    /** Whether it is for every operator, now and to come: {@code by: '*'}. */
    public boolean isForEveryone() {
        return conditions.by.isEmpty();
    }

    /** How many of those whom it is for must sign. */
    public int signatures() {
        return conditions.signatures;
    }

    /** Whether this is about the method and domain, and one of those who signed is among those it is for. */
    boolean names(Request request) {
        boolean isMethod = switch (scope) {
            case Scope.Everything everything -> true;
            case Scope.Method method -> method.name.equals(request.method());
            case Scope.Shell shell -> request.method().equals(ShellCall.METHOD);
        };
        return isMethod && conditions.domain.map(request.domain()::equals).orElse(true) && countSigned(request) > 0;
    }

    private long countSigned(Request request) {
        return request.operators().stream()
                .filter(name -> conditions.by.isEmpty() || conditions.by.contains(name))
                .count();
    }

    boolean asksForSeveral() {
        return conditions.signatures > 1;
    }

    /** What signatures a request lacks that {@link #names} is true for; empty where more of them would not do. */
    Optional<Lack> lack(Request request, Steps steps) {
        int given = (int) countSigned(request);
        return given < conditions.signatures
                        && misfits(request, steps).reasons().size() == 1
                ? Optional.of(new Lack(given, conditions.signatures, place))
                : Optional.empty();
    }

    /** What does not fit in a request that {@link #names} is true for. */
    Misfits misfits(Request request, Steps steps) {
        var reasons = new ArrayList<String>();
        if (countSigned(request) < conditions.signatures) {
            reasons.add("it asks for signatures of %d of those it names, and has %d"
                    .formatted(conditions.signatures, countSigned(request)));
        }
        if (request.nodes() > conditions.nodes.orElse(Integer.MAX_VALUE)) {
            reasons.add("the order may name %d nodes, and it allows %d"
                    .formatted(request.nodes(), conditions.nodes.getAsInt()));
        }
        Hours hours = conditions.hours.orElse(null);
        if (hours != null && !hours.contains(request.now())) {
            reasons.add("it is %s, outside its hours %s".formatted(hours.timeThere(request.now()), hours.text()));
        }
        return arguments(request, steps).with(reasons);
    }

    private Misfits arguments(Request request, Steps steps) {
        if (!(scope instanceof Scope.Shell shell)) {
            return new Misfits(List.of(), 0);
        }
        ShellCall call;
        try {
            call = ShellCall.of(request.arguments());
        } catch (RefusedException e) {
            return new Misfits(List.of(e.getMessage()), 0);
        }
        return shell.rule.misfits(call, steps);
    }

    @Override
    public String toString() {
        return "rule at %s (%s)".formatted(place, title);
    }
}
