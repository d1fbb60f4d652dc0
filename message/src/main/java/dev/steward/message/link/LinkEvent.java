// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

/** What a link tells the core that drives it. */
public sealed interface LinkEvent {
    /** A message seen for the first time; whoever gets it records it in the batch that delivers it. */
    record Deliver(Frame.Data data) implements LinkEvent {}

    /** A message that was recorded before; to be answered with the present state, never refused. */
    record Duplicate(Frame.Data data) implements LinkEvent {}

    /**
     * A message that used up its number, and can't be read.
     *
     * @param known whether it was recorded before, as unreadable or by a build that could read it; else it is to be answered
     */
    record Unreadable(Frame.Unreadable frame, boolean known) implements LinkEvent {}

    /** The peer has this message durably; it has left the outbox. */
    record PeerRecorded(OutboxEntry entry) implements LinkEvent {}

    /** The peer answered our newest nonce; {@code fresh} where this opens a new conversation. */
    record PeerLive(Frame.Hello hello, boolean fresh) implements LinkEvent {}

    /**
     * A session speaks that was replaced by another one, and the one that replaced it had spoken too: two programs are
     * alive under one name. A station's link is frozen by that.
     */
    record PeerReturned(Session session) implements LinkEvent {}

    /** The peer has fallen silent, or said that it leaves. */
    record PeerGone(String why) implements LinkEvent {}

    /** A frame of a station older than one already heard: nothing of it counts. */
    record StaleGeneration(long said, long known) implements LinkEvent {}

    /** The station is of a higher generation than any before; to be stored. */
    record RaisedGeneration(long generation) implements LinkEvent {}

    /** The node obeys a station of a higher generation than this one; told by each of its frames. */
    record ObeysHigherGeneration(long generation) implements LinkEvent {}
}
