// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.trust.TrustTemplate;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "trust-file",
        header = "Prints a trust file for stations and nodes, with this operator as its authority.",
        synopsisHeading = "%nExamples:%n"
                + "  steward operator trust-file > /var/lib/steward/ship1/trust.yaml%n"
                + "  steward operator trust-file --profile observe | ssh ship1 'cat > /var/lib/steward/trust.yaml'%n"
                + "%nUsage: ",
        description = "")
final class OperatorTrustFile implements Callable<Integer> {
    @Option(
            names = "--profile",
            paramLabel = "NAME",
            defaultValue = "full",
            description = "What operators may do there: full or observe. Default: ${DEFAULT-VALUE}.")
    private String profile = "";

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private OperatorOptions operator = new OperatorOptions();

    private final Surroundings surroundings;

    OperatorTrustFile(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        if (!TrustTemplate.PROFILES.contains(profile)) {
            throw Failure.usage("--profile: '%s' is not full or observe".formatted(profile));
        }
        Identity self = operator.folder(surroundings, data.folder(surroundings)).identity(surroundings);
        surroundings
                .out()
                .print(TrustTemplate.text(
                        self.fleet(), self.name(), self.signer().key(), profile));
        return 0;
    }
}
