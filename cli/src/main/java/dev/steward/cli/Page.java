// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.PageLink;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.Times;
import dev.steward.message.json.Json;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "page",
        header = "Prints a link that opens the station's page in a browser, once and within a few minutes.",
        synopsisHeading = "%nExamples:%n"
                + "  steward page%n"
                + "  xdg-open \"$(steward page)\"%n"
                + "  steward page --json%n"
                + "%nUsage: ",
        description = "")
final class Page implements Callable<Integer> {
    @Option(names = "--json", description = "Print a JSON document.")
    private boolean json;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    Page(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        PageLink link = station.client(surroundings).pageLink();
        var view = new LinkedHashMap<String, String>();
        view.put("url", link.url());
        view.put("expiresAt", Times.text(link.expiresAt()));
        surroundings.out().println(json ? Json.text(view) : link.url());
        return 0;
    }
}
