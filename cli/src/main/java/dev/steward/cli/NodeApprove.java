// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.EnrolmentClient;
import dev.steward.cli.api.EnrolmentInfo;
import dev.steward.cli.node.Approval;
import dev.steward.cli.node.Handed;
import dev.steward.cli.node.KnownNode;
import dev.steward.cli.node.Pending;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Question;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.NodeName;
import dev.steward.message.signing.KeyId;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "approve",
        header = "Lets a machine in as a node, when its fingerprint is that which the machine shows.",
        synopsisHeading = "%nExamples:%n"
                + "  steward node approve ship4%n"
                + "  steward node approve ship4 --fingerprint SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU%n"
                + "%nUsage: ",
        description =
                "%nSigns that this key is the node of that name. What was approved once can be approved again: it is"
                        + " sent again.%n")
final class NodeApprove implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "The name that it has asked for.")
    private String name = "";

    @Option(
            names = "--fingerprint",
            paramLabel = "SHA256:…",
            description = "As the machine shows it: approve this key and no other, without a question.")
    private @Nullable String fingerprint;

    @Option(names = "--yes", description = "Without a question; whoever has asked gets in.")
    private boolean yes;

    @Mixin
    private NodeOptions options = new NodeOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    NodeApprove(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        NodeName node = NodeOptions.name(name);
        Optional<KeyId> wanted = NodeOptions.fingerprint(fingerprint);
        EnrolmentClient client = options.client(surroundings);
        Approval approval = options.approval(client, surroundings, ids);
        var pending = new Pending(client.pending());
        Optional<KnownNode> kept = approval.approved(node)
                .filter(each -> wanted.isEmpty()
                        || wanted.get().equals(each.record().key().id()));
        if (kept.isPresent() && pending.of(node).isEmpty()) {
            if (options.saysHeld(surroundings, approval.hand(kept.get()))) {
                return ExitCode.INCOMPLETE;
            }
            surroundings.err().println("%s was approved already; the station was told again".formatted(kept.get()));
            return 0;
        }
        EnrolmentInfo asked = pending.one(node, wanted);
        approval.check(asked);
        surroundings
                .err()
                .println("%s %s\n  fingerprint: %s"
                        .formatted(
                                node,
                                kept.filter(each -> each.isOf(asked.fingerprint()))
                                                .isPresent()
                                        ? "is a node already, and asks for other keys for its link or the broker"
                                        : "asks to become a node",
                                asked.fingerprint()));
        if (wanted.isEmpty() && !yes && !confirmed()) {
            surroundings.err().println("not approved; it goes on waiting");
            return ExitCode.SOME_FAILED;
        }
        Handed handed = approval.approve(asked);
        if (options.saysHeld(surroundings, handed)) {
            return ExitCode.INCOMPLETE;
        }
        surroundings.err().println("%s is approved".formatted(handed.node()));
        return 0;
    }

    private boolean confirmed() throws Failure {
        if (!Question.isPossible(surroundings)) {
            throw Failure.usage(
                    "nobody is here to compare the fingerprint; give it as the machine shows it, with --fingerprint SHA256:… (or --yes, to let in whoever asks)");
        }
        return Question.isYes(surroundings, "Is this the fingerprint that the machine shows?");
    }
}
