// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.StationClient;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.json.Json;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "version",
        header = "Prints the version of this program, and of the station where one is reached.",
        synopsisHeading = "%nExamples:%n" + "  steward version%n" + "  steward version --json%n" + "%nUsage: ",
        description = "")
final class Version implements Callable<Integer> {
    @Option(names = "--json", description = "Print a JSON document.")
    private boolean json;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    Version(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    static String own() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    @Override
    public Integer call() {
        String own = own();
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("version", own);
        view.put("station", null);
        String text;
        try {
            StationClient client = this.station.client(surroundings);
            StationClient.Version there = client.version();
            var station = new LinkedHashMap<String, Object>();
            station.put("name", there.station());
            station.put("version", there.version());
            station.put("generation", there.generation());
            station.put("url", client.url());
            view.put("station", station);
            text = "station %s %s at %s, generation %d"
                    .formatted(there.station(), there.version(), client.url(), there.generation());
        } catch (Failure e) {
            text = "no station: " + e.text(); // the version of this program is known all the same
        }
        surroundings.out().println(json ? Json.text(view) : "steward " + own);
        if (!json) {
            surroundings.out().println(text);
        }
        return 0;
    }
}
