// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.StationClient;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.OutputStreamName;
import dev.steward.message.text.SafeText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "output",
        header = "Prints what a command wrote on one node, byte by byte.",
        synopsisHeading = "%nExamples:%n"
                + "  steward output 019a2b3c ship1 > backup.tar%n"
                + "  steward output 019a2b3c ship1 --stderr%n"
                + "%nUsage: ",
        description = "")
final class Output implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "ID", description = "A command's id, or a unique prefix of it.")
    private String id = "";

    @Parameters(index = "1", paramLabel = "NODE", description = "The node's name.")
    private String node = "";

    @Option(names = "--stderr", description = "What it wrote to stderr, instead of stdout.")
    private boolean stderr;

    @Option(names = "--raw", description = "Don't make control characters visible on a terminal.")
    private boolean raw;

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    Output(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        StationClient client = station.client(surroundings);
        var stream = stderr ? OutputStreamName.STDERR : OutputStreamName.STDOUT;
        try (InputStream bytes = client.output(id, node, stream)) {
            if (surroundings.outIsTerminal() && !raw) {
                // An agent keeps a few hundred kilobytes of a stream, so the whole of it fits.
                String text = new String(bytes.readNBytes(StationClient.WHOLE_OUTPUT), StandardCharsets.UTF_8);
                surroundings.out().print(SafeText.lines(text));
            } else {
                bytes.transferTo(surroundings.out());
            }
            surroundings.out().flush();
            return 0;
        } catch (IOException e) {
            throw Failure.unreachable("the output broke off: " + e.getMessage());
        }
    }
}
