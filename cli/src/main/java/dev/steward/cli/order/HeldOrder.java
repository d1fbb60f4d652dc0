// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.KnownList;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.NodeName;
import dev.steward.message.OperatorList.Operator;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.json.Json;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.text.Durations;
import dev.steward.message.text.SafeText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A command that somebody else has ordered, by its documents alone: whoever signs it too vouches for what stands there,
 * not for what the station says of it.
 */
public final class HeldOrder {
    private final List<SignedDocument> signed;
    private final List<Document.Command> parts;

    private HeldOrder(List<SignedDocument> signed, List<Document.Command> parts) {
        this.signed = signed;
        this.parts = parts;
    }

    /** @param asked the id that was asked for, or its beginning */
    public static HeldOrder read(List<SignedDocument> signed, String asked) throws Failure {
        var parts = new ArrayList<Document.Command>();
        try {
            for (SignedDocument each : signed) {
                if (!(each.read() instanceof Document.Command command)) {
                    throw new RefusedException("one of its documents is no command");
                }
                parts.add(command);
            }
            check(parts, asked);
        } catch (RefusedException e) {
            throw Failure.credential(
                    "what the station shows as %s is not to be signed: %s\n  is this the right station?"
                            .formatted(SafeText.line(asked), SafeText.line(String.valueOf(e.getMessage()))));
        }
        return new HeldOrder(signed, parts);
    }

    private static void check(List<Document.Command> parts, String asked) throws RefusedException {
        if (parts.isEmpty()) {
            throw new RefusedException("it has no documents");
        }
        Document.Command first = parts.getFirst();
        if (!first.id().toString().startsWith(asked)) {
            throw new RefusedException("its documents are of the command " + first.id());
        }
        for (int i = 0; i < parts.size(); i++) {
            Document.Command part = parts.get(i);
            if (part.part() != i + 1 || part.parts() != parts.size()) {
                throw new RefusedException("its parts are not all there, or not in order");
            }
            if (!sameApartFromTargets(part).equals(sameApartFromTargets(first))) {
                throw new RefusedException("part %d says something else than the first".formatted(part.part()));
            }
        }
    }

    /** All that parts of one command must have in common. */
    private static String sameApartFromTargets(Document.Command part) {
        return Json.text(Map.of(
                        "",
                        List.of(
                                part.id(),
                                part.fleet(),
                                part.issuer(),
                                part.method(),
                                part.domain(),
                                part.arguments())))
                + part.startBefore()
                + part.timeout()
                + part.repeatable()
                + part.dryRun();
    }

    public CommandId id() {
        return parts.getFirst().id();
    }

    public List<NodeName> nodes() {
        return targets().stream().map(Target::node).toList();
    }

    private List<Target> targets() {
        return parts.stream().flatMap(part -> part.targets().stream()).toList();
    }

    public void checkFleet(Identity self) throws Failure {
        if (!parts.getFirst().fleet().equals(self.fleet())) {
            throw Failure.credential("the command is for the fleet %s, and this operator's is %s; nothing was signed"
                    .formatted(parts.getFirst().fleet(), self.fleet()));
        }
    }

    /** @param known the machines that this operator means by the names */
    public void checkTargets(Map<NodeName, Target> known) throws Failure {
        for (Target target : targets()) {
            if (!target.equals(known.get(target.node()))) {
                throw Failure.credential("""
                        the command is for another machine that is called %s; nothing was signed
                          in the command:  %s
                          known here:      %s""".formatted(
                                target.node(),
                                target.key(),
                                Optional.ofNullable(known.get(target.node()))
                                        .map(each -> each.key().toString())
                                        .orElse("none")));
            }
        }
    }

    /** What is to be signed, in lines for people. */
    public List<String> describe(Identity self, KnownList operators, Instant now) {
        Document.Command first = parts.getFirst();
        var lines = new ArrayList<String>();
        lines.add("command " + first.id());
        lines.add("  what:     " + SafeText.line(ShellArguments.line(first.method(), first.arguments()))
                + (first.dryRun() ? "  (only a test)" : ""));
        lines.add("            method %s, domain %s, %s"
                .formatted(
                        first.method(),
                        first.domain(),
                        SafeText.line(Json.text(Map.of("arguments", first.arguments())))));
        lines.add("  on:       %d node%s: %s"
                .formatted(
                        nodes().size(),
                        nodes().size() == 1 ? "" : "s",
                        String.join(", ", nodes().stream().map(NodeName::value).toList())));
        lines.add(
                "  starts:   within %s, until %s".formatted(Ages.text(first.startBefore(), now), first.startBefore()));
        lines.add("  runs for: %s at most%s"
                .formatted(
                        first.timeout().map(Durations::text).orElse("any time"),
                        first.repeatable() ? "; may run again after an interruption" : ""));
        lines.add("  ordered:  %s ago".formatted(Ages.text(now, first.issuedAt())));
        for (SignedDocument.Signature signature : signed.getFirst().signatures()) {
            lines.add("  signed:   " + who(self, operators, signature));
        }
        return lines;
    }

    /** By the list of operators that was checked here, if there is one: it need not have authorities. */
    private String who(Identity self, KnownList operators, SignedDocument.Signature signature) {
        if (isSignedBy(self) && signature.key().equals(self.id())) {
            return "%s  %s, who is here".formatted(signature.key(), self.name());
        }
        Optional<Operator> known = operators.operators().stream()
                .filter(each -> each.key().id().equals(signature.key()))
                .findFirst();
        boolean holds = known.isPresent()
                && signed.stream().allMatch(each -> each.isSignedBy(known.get().key(), Signatures.ED25519));
        return signature.key()
                + (known.isEmpty()
                        ? "  (not on the list of operators that is known here)"
                        : holds ? "  " + known.get().name() : "  DOES NOT HOLD");
    }

    /** Whether this operator's signature stands on all of it. */
    public boolean isSignedBy(Identity self) {
        return signed.stream().allMatch(each -> each.isSignedBy(self.signer().key(), Signatures.ED25519));
    }

    /** The documents with one more signature. */
    public List<byte[]> signedBy(Identity self) throws Failure {
        var documents = new ArrayList<byte[]>();
        for (SignedDocument each : signed) {
            documents.add(self.sign(each).encode());
        }
        return documents;
    }
}
