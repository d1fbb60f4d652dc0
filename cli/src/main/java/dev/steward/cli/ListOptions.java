// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.held.HeldDocuments;
import dev.steward.cli.operator.ListChange;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What it takes to change the fleet's list of operators. */
final class ListOptions {
    @Option(
            names = "--accept",
            paramLabel = "MARK",
            description = "Build on this list of somebody else's, whose number and fingerprints you have compared.")
    private @Nullable String accepted;

    @Mixin
    private OperatorOptions operator = new OperatorOptions();

    @Mixin
    private StationOptions station = new StationOptions();

    ListChange change(Surroundings surroundings, Ids ids) throws Failure {
        OperatorFolder folder = operator.folder(surroundings, station);
        return new ListChange(
                station.client(surroundings),
                folder,
                folder.identity(surroundings),
                ids,
                surroundings.clock(),
                Optional.ofNullable(accepted),
                surroundings.err()::println);
    }

    /** Says where a list waits for further authorities; then nothing has come of it yet. */
    boolean saysHeld(Surroundings surroundings, ListChange.Offered offered) {
        offered.held()
                .ifPresent(held -> surroundings
                        .err()
                        .println("list %d is %s"
                                .formatted(
                                        offered.list().number(),
                                        HeldDocuments.waiting(held, station.line("approve", held.id())))));
        return offered.held().isPresent();
    }
}
