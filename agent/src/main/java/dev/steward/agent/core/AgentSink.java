// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.core;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.link.Frame;
import dev.steward.message.signing.SignedDocument;
import java.util.Optional;

/** Where the agent's core puts its effects. Writes join the open transaction; the rest waits for its commit. */
public interface AgentSink {
    void write(JournalWrite write);

    void send(Frame frame);

    /** Start the command in its process; it is recorded as running. */
    void start(String process, Document.Command command, int attempt);

    /**
     * End all processes that carry the marker of this command, left by a start that the journal does not know of. This one
     * effect does not wait: after the commit nothing would tell of them any more, and to end them twice does no harm.
     */
    void killLeftovers(CommandId id);

    /** End a running execution, which then reports {@code state}. */
    void stop(CommandId id, ExecutionState state);

    /**
     * An authority has approved other keys of this node. This one effect does not wait either: after the commit the station
     * would not tell of them any more, and to take them twice does no harm.
     *
     * @param brokerToken for the login that {@code record} names
     * @throws RefusedException where they are not those that wait here
     */
    void otherKeys(NodeRecord record, SignedDocument signed, Optional<String> brokerToken) throws RefusedException;

    /** For the agent's own log. */
    void log(System.Logger.Level level, String text);
}
