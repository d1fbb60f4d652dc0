// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.StationClient;
import dev.steward.cli.api.StationFile;
import dev.steward.cli.order.ShellArguments;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How every command finds its station: an address given here, else the {@code station.json} of the data folder. */
final class StationOptions {
    @Option(
            names = "--station-url",
            paramLabel = "URL",
            description = "Where the station is; also STEWARD_STATION_URL. Default: what station.json says.")
    private @Nullable String url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Holds an API token; also STEWARD_TOKEN itself. Default: the one that station.json has.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--ca-file",
            paramLabel = "FILE",
            description = "Certificates in PEM of those who may vouch for the station over https; also STEWARD_CA_FILE."
                    + " Default: what station.json says, else whom Java knows.")
    private @Nullable Path caFile;

    @Mixin
    private DataOption data = new DataOption();

    /** A line that reaches the same station: {@code words} with what was given here. */
    String line(String subcommand, String... words) {
        var line = new ArrayList<String>(List.of("steward"));
        line.addAll(List.of(subcommand.split(" ", -1))); // one of a group is two words
        if (url != null) {
            line.addAll(List.of("--station-url", url));
        }
        if (tokenFile != null) {
            line.addAll(List.of("--token-file", tokenFile.toString()));
        }
        if (caFile != null) {
            line.addAll(List.of("--ca-file", caFile.toString()));
        }
        line.addAll(data.words());
        line.addAll(List.of(words));
        return ShellArguments.line(line);
    }

    Path dataFolder(Surroundings surroundings) {
        return data.folder(surroundings);
    }

    StationClient client(Surroundings surroundings) throws Failure {
        Path file = data.folder(surroundings).resolve("station.json");
        Optional<String> address = Optional.ofNullable(url).or(() -> surroundings.variable("STEWARD_STATION_URL"));
        Optional<String> token = givenToken(surroundings);
        Optional<Path> ca = Optional.ofNullable(caFile)
                .or(() -> surroundings.variable("STEWARD_CA_FILE").map(Path::of));
        if (address.isPresent() && token.isPresent()) {
            return StationFile.client(StationFile.address(address.get()), token.get(), ca);
        }
        Optional<StationFile> found = StationFile.read(file);
        if (address.isPresent()) {
            StationFile known = found.orElseThrow(() -> noToken(file));
            return StationFile.client(StationFile.address(address.get()), known.token(), ca.or(known::ca));
        }
        StationFile station = found.orElseThrow(() -> noStation(file));
        return StationFile.client(
                StationFile.address(station.url()), token.orElse(station.token()), ca.or(station::ca));
    }

    private Optional<String> givenToken(Surroundings surroundings) throws Failure {
        if (tokenFile == null) {
            return surroundings.variable("STEWARD_TOKEN");
        }
        try {
            return Optional.of(Files.readString(tokenFile));
        } catch (IOException e) {
            throw Failure.credential("the token file %s can't be read: %s".formatted(tokenFile, FileTrouble.text(e)));
        }
    }

    private static Failure noToken(Path file) {
        return Failure.credential(
                "no token for the station\n  give --token-file FILE or set STEWARD_TOKEN (there is no %s)"
                        .formatted(file));
    }

    private static Failure noStation(Path file) {
        return Failure.unreachable("""
                no station found: there is no %s
                  start one here with `steward up`, or name one with --station-url URL (or --data DIR)""".formatted(file));
    }
}
