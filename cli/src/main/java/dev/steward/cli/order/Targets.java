// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.text.DidYouMean;
import dev.steward.message.text.Glob;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** What an operator writes for nodes: names, comma lists, globs with {@code *} and {@code ?}, {@code all}. */
public final class Targets {
    private Targets() {}

    /**
     * The nodes meant, by name, none twice. They are fixed from here on, whoever joins later.
     *
     * @param known the nodes there are, the station not among them
     * @throws Failure for a name that is not known or a glob that matches nothing
     */
    public static List<NodeName> resolve(List<String> written, Collection<String> known) throws Failure {
        return resolve(written, known, "node", "nothing was ordered; `steward nodes` lists the nodes");
    }

    /**
     * The nodes meant of one command.
     *
     * @param known those that it was ordered for
     */
    public static List<NodeName> ofCommand(List<String> written, Collection<String> known, String show) throws Failure {
        return resolve(
                written, known, "node of this command", "nothing was canceled; `%s` tells its nodes".formatted(show));
    }

    private static List<NodeName> resolve(List<String> written, Collection<String> known, String node, String hint)
            throws Failure {
        SortedSet<String> meant = new TreeSet<>();
        var wrong = new ArrayList<String>();
        for (String list : written) {
            for (String part : list.split(",", -1)) {
                String term = part.strip();
                if (!add(term, known, meant)) {
                    wrong.add(complaint(term, known, node));
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw Failure.usage(String.join("\n", wrong) + "\n  " + hint);
        }
        return names(meant);
    }

    private static boolean add(String term, Collection<String> known, Collection<String> meant) {
        if (term.equals("all")) {
            meant.addAll(known);
            return !known.isEmpty();
        }
        if (!Glob.isGlob(term)) {
            if (known.contains(term)) {
                meant.add(term);
                return true;
            }
            return false;
        }
        List<String> matches =
                known.stream().filter(name -> Glob.matches(term, name)).toList();
        meant.addAll(matches);
        return !matches.isEmpty();
    }

    private static String complaint(String term, Collection<String> known, String node) {
        if (term.isEmpty()) {
            return "an empty name among the targets";
        }
        if (term.equals("all")) {
            return "there are no nodes yet";
        }
        return Glob.isGlob(term)
                ? "no %s matches '%s'".formatted(node, term)
                : (node.equals("node") ? "unknown node '%s'%s" : "no node of this command is '%s'%s")
                        .formatted(term, DidYouMean.suffix(term, known));
    }

    private static List<NodeName> names(Collection<String> meant) throws Failure {
        var names = new ArrayList<NodeName>();
        for (String name : meant) {
            try {
                names.add(NodeName.parse(name));
            } catch (RefusedException e) {
                throw Failure.unreachable("the station names a node that can't be one: " + e.getMessage());
            }
        }
        return names;
    }
}
