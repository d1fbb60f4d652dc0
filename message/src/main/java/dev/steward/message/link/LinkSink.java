// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

/**
 * Where a link puts its effects. Writes join the open transaction at once, so that the next read sees them; frames
 * wait for its commit; events are for the core that drives the link.
 */
public interface LinkSink {
    void write(LinkWrite write);

    void send(Frame frame);

    void tell(LinkEvent event);
}
