// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.operator.ListChange;
import dev.steward.cli.operator.Revocation;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.OperatorList;
import dev.steward.message.text.SafeText;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "revoke",
        header = "Takes the right to order from an operator's key, for ever.",
        synopsisHeading = "%nExamples:%n"
                + "  steward operator revoke bob%n"
                + "  steward operator revoke SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU%n"
                + "%nUsage: ",
        description = "%nThe person may come back with another key.%n")
final class OperatorRevoke implements Callable<Integer> {
    @Parameters(paramLabel = "NAME|FINGERPRINT", description = "Whose key.")
    private String who = "";

    @Option(names = "--yes", description = "Even where it is your own key.")
    private boolean yes;

    @Mixin
    private ListOptions list = new ListOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    OperatorRevoke(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        ListChange change = list.change(surroundings, ids);
        var revocation = new Revocation(
                who, yes, change.self(), surroundings.clock().instant().truncatedTo(ChronoUnit.MILLIS));
        Optional<ListChange.Offered> offered = change.apply(revocation);
        if (offered.isPresent() && list.saysHeld(surroundings, offered.get())) {
            return ExitCode.INCOMPLETE;
        }
        String said = offered.map(ListChange.Offered::list)
                .map(next -> {
                    OperatorList.Operator revoked = next.operators().getLast(); // where a revocation puts it
                    return "list %d: %s, %s, is revoked"
                            .formatted(
                                    next.number(),
                                    SafeText.line(revoked.name()),
                                    revoked.key().id());
                })
                .orElse(SafeText.line(who) + " was revoked already");
        surroundings.err().println(said);
        return 0;
    }
}
