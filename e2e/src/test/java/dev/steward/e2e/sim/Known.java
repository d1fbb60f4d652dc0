// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a disk must know: all that an agent has done or said with it in place. A copy of the disk has a copy of this, so
 * a disk that was put back is held to what it had, and to nothing else.
 */
final class Known {
    private final Map<CommandId, Integer> attempts = new HashMap<>();
    private final Set<CommandId> canceled = new HashSet<>();

    Known copy() {
        var copy = new Known();
        copy.attempts.putAll(attempts);
        copy.canceled.addAll(canceled);
        return copy;
    }

    void started(CommandId command, int attempt) {
        attempts.merge(command, attempt, Math::max);
    }

    /** The last start, 0 for none. */
    int attempt(CommandId command) {
        return attempts.getOrDefault(command, 0);
    }

    void canceled(CommandId command) {
        canceled.add(command);
    }

    boolean isCanceled(CommandId command) {
        return canceled.contains(command);
    }
}
