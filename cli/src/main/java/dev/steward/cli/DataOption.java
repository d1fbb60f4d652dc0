// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.terminal.Surroundings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The data folder of this machine's station, or of an operator alone. */
final class DataOption {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data folder; also STEWARD_DATA. Default: ~/.local/state/steward.")
    private @Nullable Path data;

    Path folder(Surroundings surroundings) {
        return surroundings.dataFolder(data);
    }

    /** What was given here, for a further line. */
    List<String> words() {
        return data == null ? List.of() : List.of("--data", data.toString());
    }
}
