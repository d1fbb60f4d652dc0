// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Refusal;
import dev.steward.message.Subject;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What travels on a link. Only {@link Numbered} frames have a number; the others are idempotent and never stored. */
public sealed interface Frame {
    Envelope envelope();

    /** About how many bytes it holds in memory, however small it was on the wire. */
    default int heldBytes() {
        return switch (this) {
            case Numbered numbered -> numbered.encodedBytes();
            case Hello hello -> hello.facts().isPresent() ? Limits.FRAME_BYTES : SMALL_BYTES;
            case Recorded recorded -> SMALL_BYTES;
            case Resend resend -> SMALL_BYTES;
        };
    }

    /** Of the frames without a message. */
    int SMALL_BYTES = 1024;

    /**
     * What every frame says of its sender.
     *
     * @param generation of the station: its own in its frames, the highest one known in a node's
     * @param session of the sender
     * @param conversation that the frame belongs to; in a station's hello the one that is open with the session it
     *     speaks to, or that this session opens by answering; in a node's hello 0 where none is open
     */
    record Envelope(NodeName from, NodeName to, long generation, Session session, long conversation) {}

    /** What carries a message, and uses up a number of its lane. */
    sealed interface Numbered extends Frame {
        /** The receiver's session; a frame for another session of the receiver is stale. */
        Session peer();

        Lane lane();

        /** 1, 2, 3 … on this lane, in this conversation. */
        long number();

        MessageId id();

        /** What it takes while it waits for its turn. */
        int encodedBytes();
    }

    /** A message. */
    record Data(Envelope envelope, Session peer, Lane lane, long number, MessageId id, Subject subject, byte[] body)
            implements Numbered {
        @Override
        public int encodedBytes() {
            return OutboxEntry.encodedBytes(subject, body);
        }
    }

    /**
     * A message of which only the link's part can be read: its subject or size is none of this format. It uses up its
     * number all the same, or a sender of a newer format would repeat it for ever and let nothing past it. Only received.
     */
    record Unreadable(Envelope envelope, Session peer, Lane lane, long number, MessageId id, Refusal refusal)
            implements Numbered {
        @Override
        public int encodedBytes() {
            return refusal.kept().encodedBytes();
        }
    }

    /** Durable up to these numbers, each cumulative, and how many more bytes are welcome. */
    record Recorded(Envelope envelope, Session peer, Map<Lane, Receipt> lanes) implements Frame {
        public Recorded {
            lanes = Lane.inOrder(lanes);
        }
    }

    /**
     * How far one lane is recorded.
     *
     * @param number the highest recorded, 0 for none
     * @param window unrecorded bytes that the receiver is ready for; 0 stops the lane
     */
    record Receipt(long number, int window) {}

    /** Please send again these numbers, both included. */
    record Resend(Envelope envelope, Session peer, Lane lane, long from, long upTo) implements Frame {}

    /**
     * I am here, in this session.
     *
     * @param peer the session of the other side that this speaks to, where one was heard
     * @param nonce to be echoed by the other side
     * @param echo the newest nonce of the other side; a hello that does not echo the newest is not live
     * @param answer whether an answer is asked for
     * @param leaving whether the sender is about to stop
     * @param heartbeat how often the sender says hello
     * @param factsDigest of the sender's own facts; empty for none
     * @param knownDigest of the other side's facts as the sender has them; empty for none
     * @param facts the sender's facts, where the other side has not got them
     * @param operators the number of the sender's list of operators, 0 for none
     * @param frozen of a station: two of the node's identity speak in turn, so nothing is to start there
     * @param audit how far the sender's own audit log has come; empty where it keeps none
     */
    record Hello(
            Envelope envelope,
            Optional<Session> peer,
            long nonce,
            OptionalLong echo,
            boolean answer,
            boolean leaving,
            Instant clock,
            Duration heartbeat,
            Map<Lane, Progress> lanes,
            String factsDigest,
            String knownDigest,
            Optional<JsonObject> facts,
            long operators,
            boolean frozen,
            Optional<AuditMark> audit)
            implements Frame {
        public Hello {
            lanes = Lane.inOrder(lanes);
        }
    }

    /**
     * Where a lane stands in the conversation.
     *
     * @param sent the highest number sent, 0 for none
     * @param seen the highest number of the other side that is recorded, 0 for none
     * @param window unrecorded bytes that the sender of the hello is ready for
     */
    record Progress(long sent, long seen, int window) {
        /** Of a lane that a hello does not name: nothing was sent yet, and the window is open. */
        static final Progress NONE = new Progress(0, 0, Limits.WINDOW_BYTES);
    }
}
