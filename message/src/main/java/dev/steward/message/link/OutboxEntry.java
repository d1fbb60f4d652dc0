// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import dev.steward.message.NodeName;
import dev.steward.message.Subject;

/**
 * A message that its sender keeps until the receiver has recorded it.
 *
 * @param position rises with every entry of a store: the order of sending
 * @param sent whether it may have left in this or an earlier session; what has not may still be withdrawn
 */
public record OutboxEntry(
        long position, NodeName peer, Lane lane, MessageId id, Subject subject, byte[] body, boolean sent) {
    public int encodedBytes() {
        return encodedBytes(subject, body);
    }

    /** An upper bound of a frame: the body, the subject and at most 200 bytes of headers. */
    static int encodedBytes(Subject subject, byte[] body) {
        return body.length + subject.toString().length() + 200;
    }

    /** The same place and id with other contents. */
    public OutboxEntry with(Subject otherSubject, byte[] otherBody) {
        return new OutboxEntry(position, peer, lane, id, otherSubject, otherBody, sent);
    }

    OutboxEntry asSent() {
        return sent ? this : new OutboxEntry(position, peer, lane, id, subject, body, true);
    }
}
