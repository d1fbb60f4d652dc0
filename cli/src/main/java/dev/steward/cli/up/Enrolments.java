// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.api.EnrolmentInfo;
import dev.steward.cli.held.HeldDocuments;
import dev.steward.cli.node.Approval;
import dev.steward.cli.node.Handed;
import dev.steward.cli.node.Handover;
import dev.steward.cli.node.NewToken;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.message.EnrolmentToken;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.signing.KeyId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes nodes of the folders that are none yet, as two people would: the one enrols, the other compares the fingerprint
 * that the station shows with that in the folder and approves.
 *
 * @param limit for the request of each to show up, and again for each to notice its approval
 */
record Enrolments(
        Approval approval,
        DataFolder folder,
        Launcher launcher,
        Children children,
        Duration limit,
        Consumer<String> say) {
    static final Duration LIMIT = Duration.ofSeconds(30);

    /** What an agent leaves in its folder when it is let in. */
    private static final String DONE = "enrolment.json";

    /** The token is used at once; this only allows for clocks that are set meanwhile. */
    private static final Duration TOKEN = Duration.ofHours(1);

    private static final long POLL_MS = 50;

    /** Those that are nodes now; whoever may not become one is told of, and the rest goes on without it. */
    List<String> run(List<String> names, String brokerUrl, KeyId authority)
            throws Failure, IOException, InterruptedException {
        var admitted = new ArrayList<>(names);
        var asking = new ArrayList<Enroller>();
        handIn();
        try {
            for (String name : names) {
                if (!isEnrolled(name, authority)) {
                    asking.add(start(new NodeName(name), brokerUrl));
                } else if (isRevoked(name)) {
                    say.accept(
                            "%s is not started: its key was revoked; without the folder %s it gets another at the next start"
                                    .formatted(name, folder.node(name)));
                    admitted.remove(name);
                }
            }
            for (Enroller refused : approve(asking)) {
                refused.process().destroy();
                asking.remove(refused);
                admitted.remove(refused.node().value());
            }
            awaitEnds(asking);
            for (Enroller each : List.copyOf(asking)) {
                Optional<String> refusal = each.refusal();
                if (refusal.isPresent()) { // of one; the station must run for it to be put right
                    say.accept(refusal.get());
                    asking.remove(each);
                    admitted.remove(each.node().value());
                }
            }
        } finally {
            asking.forEach(each -> each.process().destroy()); // nobody would approve what is left
        }
        if (!asking.isEmpty()) {
            say.accept("made keys for %s and approved them as nodes"
                    .formatted(String.join(
                            ", ",
                            asking.stream().map(each -> each.node().value()).toList())));
        }
        return admitted;
    }

    /** At this broker: folders of another one are enrolled once more, with the keys that they have. */
    private boolean isEnrolled(String name, KeyId authority) throws Failure {
        Path file = folder.node(name).resolve(DONE);
        if (!Files.exists(file)) {
            return false;
        }
        try (var in = Files.newInputStream(file)) {
            return Json.object(in.readNBytes(Limits.SIGNED_DOCUMENT_BYTES), Limits.SIGNED_DOCUMENT_BYTES)
                    .optionalText("brokerAuthority")
                    .filter(authority.value()::equals)
                    .isPresent();
        } catch (IOException e) {
            throw Failure.failed("%s can't be read: %s".formatted(file, FileTrouble.text(e)));
        } catch (RefusedException e) {
            throw Failure.credential("%s is damaged: %s".formatted(file, e.getMessage()));
        }
    }

    private boolean isRevoked(String name) throws Failure {
        return Enroller.keyIn(folder.node(name))
                .filter(approval.nodes()::isRevoked)
                .isPresent();
    }

    /** What was signed before, for a ledger that is an older copy or new. */
    private void handIn() throws InterruptedException {
        try {
            new Handover(approval.station(), approval.nodes(), approval.self()).run(taken -> {}, say);
        } catch (Failure e) {
            say.accept("what is kept of nodes was not handed in: " + e.text());
        }
    }

    private Enroller start(NodeName node, String brokerUrl) throws Failure, IOException, InterruptedException {
        Instant now = approval.clock().instant();
        var wanted = new NewToken(
                approval.ids().next(now),
                Optional.of(node),
                now.plus(TOKEN),
                Optional.of(brokerUrl),
                TrustFiles.PROFILE);
        EnrolmentToken token = wanted.make(approval.station(), approval.self());
        return Enroller.start(launcher.enroller(folder, node), token, children);
    }

    /** Each as it shows up. */
    private List<Enroller> approve(List<Enroller> asking) throws Failure, InterruptedException {
        var refused = new ArrayList<Enroller>();
        var left = new ArrayList<>(asking);
        List<EnrolmentInfo> shown = List.of();
        long until = System.nanoTime() + limit.toNanos();
        while (!left.isEmpty()) {
            if (System.nanoTime() - until >= 0) {
                throw notShown(left.getFirst(), shown);
            }
            shown = approval.station().pending();
            for (Enroller each : List.copyOf(left)) {
                Optional<EnrolmentInfo> request = request(each, shown);
                if (request.isPresent()) {
                    left.remove(each);
                    if (!isApproved(request.get())) {
                        refused.add(each);
                    }
                } else if (each.hasEnded()) {
                    left.remove(each); // refused; or it was approved before, and had not noticed
                }
            }
            Thread.sleep(POLL_MS);
        }
        return refused;
    }

    /** The station could show another key than that which was made here. */
    private static Optional<EnrolmentInfo> request(Enroller asking, List<EnrolmentInfo> shown) throws Failure {
        for (EnrolmentInfo each : shown) {
            if (each.node().equals(asking.node())
                    && asking.key().filter(each.key()::equals).isPresent()) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** An operator's refusal of one is no reason to stop the others: it is put right while the station runs. */
    private boolean isApproved(EnrolmentInfo request) throws Failure, InterruptedException {
        try {
            approval.check(request);
        } catch (Failure e) {
            say.accept("%s is not started: %s".formatted(request.node(), e.text()));
            return false;
        }
        Handed handed = approval.approve(request);
        handed.held()
                .ifPresent(held -> say.accept("%s is not started: it is %s"
                        .formatted(request.node(), HeldDocuments.waiting(held, "steward approve " + held.id()))));
        return handed.held().isEmpty();
    }

    private Failure notShown(Enroller asking, List<EnrolmentInfo> shown) throws Failure {
        String instead = shown.stream()
                .filter(each -> each.node().equals(asking.node()))
                .map(each -> "; it shows " + each.fingerprint() + " under that name")
                .findFirst()
                .orElse("");
        String made = asking.key().map(key -> key.id().value()).orElse("no key was made yet");
        return asking.failed(
                "did not come to the station within %d s (%s%s)".formatted(limit.toSeconds(), made, instead));
    }

    private void awaitEnds(List<Enroller> approved) throws Failure, InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        for (Enroller each : approved) {
            while (!each.hasEnded()) {
                if (System.nanoTime() - until >= 0) {
                    throw each.failed("did not notice its approval within %d s".formatted(limit.toSeconds()));
                }
                Thread.sleep(POLL_MS);
            }
        }
    }
}
