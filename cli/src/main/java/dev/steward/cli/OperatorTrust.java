// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.operator.AuthorityKey;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.signing.VerificationKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "trust",
        header = "Takes an authority's word for which machine is which node.",
        synopsisHeading = "%nExamples:%n"
                + "  steward operator trust 'ssh-ed25519 AAAA…'%n"
                + "  steward operator trust ann.pub%n"
                + "%nUsage: ",
        description =
                "%nCompare the fingerprint with the key's owner: whoever has this key can give a node's name to another machine,"
                        + " and orders from here follow.%n")
final class OperatorTrust implements Callable<Integer> {
    @Parameters(paramLabel = "KEY", arity = "1..*", description = "The public key, ssh-ed25519 AAAA…, or its file.")
    private List<String> key = new ArrayList<>();

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private OperatorOptions operator = new OperatorOptions();

    private final Surroundings surroundings;

    OperatorTrust(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        OperatorFolder folder = operator.folder(surroundings, data.folder(surroundings));
        VerificationKey authority = AuthorityKey.parse(String.join(" ", key));
        surroundings
                .err()
                .println(
                        folder.trust(authority)
                                ? "%s is taken at its word about nodes from now on".formatted(authority.id())
                                : "%s was taken at its word about nodes already".formatted(authority.id()));
        return 0;
    }
}
