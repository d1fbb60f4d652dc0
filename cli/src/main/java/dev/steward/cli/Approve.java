// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.HeldInfo;
import dev.steward.cli.api.NodeInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.held.CoSigning;
import dev.steward.cli.held.HeldDocuments;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.order.HeldOrder;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Question;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.NodeName;
import dev.steward.message.Target;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.text.SafeText;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "approve",
        header = "Signs what somebody else has ordered or signed and that waits for signatures.",
        synopsisHeading = "%nExamples:%n" + "  steward approve 019a2b3c%n"
                + "  steward approve 019a2b3c-5d4e-7f60-8a1b-2c3d4e5f6071 --yes%n"
                + "  steward approve 9f86d081884c7d65%n" + "%nUsage: ",
        description =
                "%nShows what would be signed, as it stands in the documents, and asks. The machines must be those that"
                        + " this operator knows by their names. A list of operators is shown against the newest that was seen here, a"
                        + " node's record with the fingerprint to compare.%n")
final class Approve implements Callable<Integer> {
    private static final int PREFIX_CHARS = 4; // as the station has it
    private static final int ID_CHARS = 36;
    private static final int HELD_ID_CHARS = 16;

    @Parameters(paramLabel = "ID", description = "An id that `steward pending` shows, or a unique prefix of it.")
    private String id = "";

    @Option(names = "--yes", description = "Without a question; the whole ID must be given then.")
    private boolean yes;

    @Mixin
    private OperatorOptions operator = new OperatorOptions();

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;

    Approve(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        if (id.length() < PREFIX_CHARS) {
            throw Failure.usage("'%s' is not a command id, nor at least %d characters of one"
                    .formatted(SafeText.line(id), PREFIX_CHARS));
        }
        boolean whole = id.length() >= ID_CHARS || (id.length() == HELD_ID_CHARS && id.indexOf('-') < 0);
        if (yes && !whole) {
            throw Failure.usage(
                    "with --yes nobody looks at what is signed, so the whole id must be given, not its beginning");
        }
        Identity identity = operator.identity(surroundings, station);
        StationClient client = station.client(surroundings);
        Optional<HeldInfo> document = HeldDocuments.find(client, id);
        return document.isPresent() ? approve(client, identity, document.get()) : approve(client, identity);
    }

    /** A list of operators, or a record of a node. */
    private int approve(StationClient client, Identity identity, HeldInfo held) throws Failure, InterruptedException {
        var coSigning = new CoSigning(held, operator.folder(surroundings, station), identity);
        coSigning
                .checked(client.enrolment().pending(), surroundings.clock().instant())
                .forEach(surroundings.err()::println);
        if (coSigning.isDone()) {
            surroundings
                    .err()
                    .println("%s has signed it already; it waits for others: %s signatures"
                            .formatted(SafeText.line(identity.name()), held.count()));
            return ExitCode.SOME_FAILED;
        }
        if (!yes && !confirmed()) {
            surroundings.err().println("not signed");
            return ExitCode.SOME_FAILED;
        }
        SignedDocument signed = coSigning.sign();
        Optional<HeldInfo> now = client.signHeld(held.id(), signed);
        if (now.isEmpty()) {
            coSigning.tookEffect(signed);
        }
        surroundings
                .err()
                .println(now.map(each -> "signed; it still waits: %s signatures".formatted(each.count()))
                        .orElse("signed, and it has taken effect"));
        return 0;
    }

    private int approve(StationClient client, Identity identity) throws Failure, InterruptedException {
        CommandInfo shown = client.command(id);
        HeldOrder order = HeldOrder.read(client.documents(shown.id()), id);
        order.checkFleet(identity);
        Map<NodeName, Target> known = operator.targetKeys(surroundings, station, client, identity)
                .of(order.nodes(), NodeInfo.fingerprints(client.nodes()));
        order.checkTargets(known);
        order.describe(
                        identity,
                        operator.folder(surroundings, station).known(),
                        surroundings.clock().instant())
                .forEach(surroundings.err()::println);
        if (!shown.isHeld()) {
            surroundings
                    .err()
                    .println("it waits for no signatures, or does so no more; steward show %s tells"
                            .formatted(order.id()));
            return ExitCode.SOME_FAILED;
        }
        if (order.isSignedBy(identity)) {
            surroundings
                    .err()
                    .println("%s has signed it already; it waits for others: %s signatures"
                            .formatted(
                                    SafeText.line(identity.name()),
                                    shown.signing()
                                            .map(CommandInfo.Signing::count)
                                            .orElse("too few")));
            return ExitCode.SOME_FAILED;
        }
        if (!yes && !confirmed()) {
            surroundings.err().println("not signed");
            return ExitCode.SOME_FAILED;
        }
        CommandInfo now = client.sign(order.id().toString(), order.signedBy(identity));
        surroundings
                .err()
                .println(
                        now.isHeld()
                                ? "signed; it still waits: %s signatures"
                                        .formatted(now.signing()
                                                .map(CommandInfo.Signing::count)
                                                .orElse("too few"))
                                : "signed, and it goes out; %s shows what comes of it"
                                        .formatted(
                                                station.line("watch", order.id().toString())));
        return 0;
    }

    private boolean confirmed() throws Failure {
        if (!Question.isPossible(surroundings)) {
            throw Failure.usage("nobody is here to read it; --yes signs without a question");
        }
        return Question.isYes(surroundings, "Sign it?");
    }
}
