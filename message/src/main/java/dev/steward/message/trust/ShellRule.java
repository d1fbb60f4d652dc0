// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.text.Quoted;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a rule asks of a {@code shellcommand}.
 *
 * @param commands that are allowed; where there are none, any
 * @param shell whether a shell line is allowed
 * @param environment names of variables that may be set; {@link #ANY} for all
 * @param directories the working directory must be one of these or below; with none, none may be set
 */
record ShellRule(
        List<CommandPattern> commands,
        boolean shell,
        Set<String> environment,
        List<String> directories,
        boolean stdin) {
    static final String ANY = "*";

    ShellRule {
        commands = List.copyOf(commands);
        directories = List.copyOf(directories);
    }

    /** All that does not fit, the command first. */
    Misfits misfits(ShellCall call, Steps steps) {
        var reasons = new ArrayList<String>();
        int fitting = call.isShellLine() ? shellLine(reasons) : command(call, steps, reasons);
        call.environment().stream()
                .filter(name -> !environment.contains(name) && !environment.contains(ANY))
                .sorted()
                .findFirst()
                .ifPresent(
                        name -> reasons.add("the variable %s is not among its environment".formatted(Quoted.of(name))));
        call.workingDirectory().flatMap(this::directory).ifPresent(reasons::add);
        if (call.stdin() && !stdin) {
            reasons.add("it allows no stdin");
        }
        return new Misfits(reasons, fitting);
    }

    private int shellLine(List<String> reasons) {
        if (!shell) {
            reasons.add("it allows no shell line");
        }
        return shell ? 1 : 0;
    }

    /** The number of words that fit in the command that comes nearest. */
    private int command(ShellCall call, Steps steps, List<String> reasons) {
        Optional<CommandPattern> nearest = Optional.empty();
        int fitting = 0;
        for (CommandPattern pattern : commands) {
            OptionalInt misfit = pattern.firstMisfit(call.words(), steps);
            if (misfit.isEmpty()) {
                return call.words().size();
            }
            boolean isLonger = misfit.getAsInt() == fitting
                    && nearest.isPresent()
                    && pattern.hasMoreThan(fitting)
                    && !nearest.get().hasMoreThan(fitting);
            if (misfit.getAsInt() > fitting || isLonger) {
                fitting = misfit.getAsInt();
                nearest = Optional.of(pattern);
            }
        }
        if (nearest.isPresent()) {
            reasons.add(nearest.get().reason(call.words(), fitting, steps));
        } else if (!commands.isEmpty()) {
            reasons.add("the program %s is not among its commands"
                    .formatted(Quoted.of(call.words().getFirst())));
        }
        return fitting;
    }

    private Optional<String> directory(String directory) {
        if (directories.isEmpty()) {
            return Optional.of("it allows no working directory");
        }
        if (!isNormal(directory)) {
            return Optional.of("the working directory %s is not an absolute path without '.', '..' and '//'"
                    .formatted(Quoted.of(directory)));
        }
        return directories.stream().anyMatch(allowed -> isWithin(directory, allowed))
                ? Optional.empty()
                : Optional.of(
                        "the working directory %s is not below one of its directories".formatted(Quoted.of(directory)));
    }

    /** Whether a path is absolute and says where it leads: two texts of one directory would make comparing useless. */
    static boolean isNormal(String path) {
        if (path.equals("/")) {
            return true;
        }
        if (!path.startsWith("/") || path.indexOf('\0') >= 0) {
            return false;
        }
        for (String name : path.substring(1).split("/", -1)) {
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWithin(String path, String directory) {
        return directory.equals("/") || path.equals(directory) || path.startsWith(directory + "/");
    }
}
