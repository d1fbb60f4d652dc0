// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.seal;

import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Tally;
import dev.steward.message.WireMessage;
import dev.steward.message.text.SafeText;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets in what its sender's MAC shows to be his, before anything else of it is read. What is forged is counted by kind and
 * otherwise forgotten: it must cost as little as can be. Thread-safe where {@link Senders} is.
 */
public final class FrameGuard {
    /** Whose messages are let in. */
    public interface Senders {
        /** The keys of the link with a sender: the newest first, and others that are still good. At least one. */
        List<Seal> of(NodeName sender) throws ForgedException;
    }

    private static final int SHOWN_CHARS = 120;

    private final Senders senders;
    private final Map<ForgedException.Kind, Tally> tallies = new EnumMap<>(ForgedException.Kind.class);

    public FrameGuard(Senders senders) {
        this.senders = senders;
        for (ForgedException.Kind kind : ForgedException.Kind.values()) {
            tallies.put(kind, new Tally());
        }
    }

    /** For lookups: nobody of that name. */
    public static ForgedException unknown() {
        return new ForgedException(ForgedException.Kind.UNKNOWN_SENDER);
    }

    /** For lookups: somebody who is let in no more. */
    public static ForgedException revoked() {
        return new ForgedException(ForgedException.Kind.REVOKED_SENDER);
    }

    /**
     * A message from the sender that it names.
     *
     * @param message with its body in plain
     * @param encrypted whether that was encrypted on its way
     * @param seal what it was sealed with
     */
    public record Opened(WireMessage message, boolean encrypted, Seal seal) {}

    /** @throws ForgedException where the message is not from the sender that it names */
    public Opened open(WireMessage message) throws ForgedException {
        String sender = message.headers().get("f");
        if (sender == null) {
            throw new ForgedException(ForgedException.Kind.NO_SENDER);
        }
        NodeName name;
        try {
            name = NodeName.parse(sender);
        } catch (RefusedException e) {
            throw new ForgedException(ForgedException.Kind.NO_SENDER);
        }
        ForgedException refusal = unknown();
        for (Seal seal : senders.of(name)) {
            try {
                return new Opened(seal.open(message), message.headers().containsKey(Seal.ENCRYPTED), seal);
            } catch (ForgedException e) {
                refusal = e;
            }
        }
        throw refusal;
    }

    /**
     * Counts what was refused.
     *
     * @return what to say of it, for the 1st, 2nd, 4th, 8th … of its kind
     */
    public Optional<String> refused(ForgedException.Kind why, WireMessage message) {
        Tally tally = tallies.get(why);
        if (tally == null || !tally.next()) {
            return Optional.empty();
        }
        return Optional.of("%d messages refused, %s; the last on %s, said to be from %s"
                .formatted(
                        tally.count(),
                        why,
                        SafeText.line(message.subject(), SHOWN_CHARS),
                        SafeText.line(message.headers().getOrDefault("f", "nobody"), SHOWN_CHARS)));
    }
}
