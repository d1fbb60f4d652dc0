// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.StationClient;
import dev.steward.cli.node.KnownNodes;
import dev.steward.cli.node.TargetKeys;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Who orders: the folder with the operator's key. */
final class OperatorOptions {
    @Option(
            names = "--operator",
            paramLabel = "DIR",
            description =
                    "Folder of the operator's key; also STEWARD_OPERATOR. Default: `operator` in the data folder.")
    private @Nullable Path folder;

    OperatorFolder folder(Surroundings surroundings, Path dataFolder) {
        return folder == null
                ? OperatorFolder.usual(surroundings, dataFolder)
                : new OperatorFolder(folder.toAbsolutePath().normalize());
    }

    OperatorFolder folder(Surroundings surroundings, StationOptions station) {
        return folder(surroundings, station.dataFolder(surroundings));
    }

    Identity identity(Surroundings surroundings, StationOptions station) throws Failure {
        return folder(surroundings, station).identity(surroundings);
    }

    /** Which machines are meant by names. */
    TargetKeys targetKeys(Surroundings surroundings, StationOptions station, StationClient client, Identity identity) {
        return new TargetKeys(client.enrolment(), new KnownNodes(folder(surroundings, station), identity), identity);
    }

    /** What was given here, for a further line. */
    List<String> words() {
        return folder == null ? List.of() : List.of("--operator", folder.toString());
    }

    /** A line that reaches the same station as the same operator. */
    String line(StationOptions station, String subcommand, String... words) {
        var all = new ArrayList<>(words());
        all.addAll(List.of(words));
        return station.line(subcommand, all.toArray(String[]::new));
    }
}
