// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.node.Handed;
import dev.steward.cli.node.KnownNode;
import dev.steward.cli.node.NodeRevocation;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Question;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.NodeName;
import dev.steward.message.signing.KeyId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "revoke",
        header = "Lets a node in no more, for ever.",
        synopsisHeading =
                "%nExamples:%n" + "  steward node revoke ship4%n" + "  steward node revoke ship4 --yes%n" + "%nUsage: ",
        description = "%nThe name may be given to a machine with other keys.%n")
final class NodeRevoke implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "The node's name.")
    private String name = "";

    @Option(
            names = "--fingerprint",
            paramLabel = "SHA256:…",
            description = "Which key, where several have the name or none that is known here has approved it.")
    private @Nullable String fingerprint;

    @Option(names = "--yes", description = "Without a question.")
    private boolean yes;

    @Mixin
    private NodeOptions options = new NodeOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    NodeRevoke(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        NodeName node = NodeOptions.name(name);
        Optional<KeyId> wanted = NodeOptions.fingerprint(fingerprint);
        NodeRevocation revocation = options.revocation(options.client(surroundings), surroundings, ids);
        List<Handed> reminded = revocation.remind(node);
        boolean waits = false;
        for (Handed each : reminded) {
            if (options.saysHeld(surroundings, each)) {
                waits = true;
            } else {
                surroundings
                        .err()
                        .println("%s was revoked already; the station let it in all the same, and was told again"
                                .formatted(each.node()));
            }
        }
        if (!reminded.isEmpty()
                && (wanted.isEmpty()
                        || reminded.stream().anyMatch(each -> each.node().isOf(wanted.get())))) {
            sayWhatStays(node, revocation.active(node));
            return waits ? ExitCode.INCOMPLETE : ExitCode.OK;
        }
        KnownNode found = revocation.find(node, wanted);
        if (found.isRevoked()) {
            if (options.saysHeld(surroundings, revocation.revoke(found))) {
                return ExitCode.INCOMPLETE;
            }
            surroundings.err().println("%s was revoked already; the station was told again".formatted(found));
            return 0;
        }
        surroundings.err().println("%s, is to be let in no more, for ever".formatted(found));
        if (!yes && !confirmed()) {
            surroundings.err().println("not revoked");
            return ExitCode.SOME_FAILED;
        }
        Handed handed = revocation.revoke(found);
        if (options.saysHeld(surroundings, handed)) {
            return ExitCode.INCOMPLETE;
        }
        surroundings.err().println("""
                %s, is revoked: it is no longer let in
                  what it holds already it may still run, and of that nothing is heard any more
                  an identity that is revoked is never used again; a machine that comes back needs an empty folder and a new token:
                  %s""".formatted(handed.node(), options.line("token create", "--node", node.value())));
        return 0;
    }

    /** Whoever meant the key that was revoked before did not mean its successor. */
    private void sayWhatStays(NodeName node, List<KnownNode> active) {
        for (KnownNode each : active) {
            KeyId key = each.record().key().id();
            surroundings
                    .err()
                    .println("the present key of %s, %s, stays; if that one is meant: %s"
                            .formatted(
                                    node,
                                    key,
                                    options.line("node revoke", node.value(), "--fingerprint", key.value())));
        }
    }

    private boolean confirmed() throws Failure {
        if (!Question.isPossible(surroundings)) {
            throw Failure.usage("nobody is here to ask; if that is meant, give --yes");
        }
        return Question.isYes(surroundings, "Revoke it?");
    }
}
