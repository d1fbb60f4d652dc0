// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import dev.steward.agent.method.ProcessTable.Entry;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * All processes of one execution: those of the session that it was started in, whatever their environment, and those
 * that carry its marker, whatever their session. Only a process that has shed both is not found (a daemon started by
 * {@code env -i setsid}).
 *
 * @param marker {@code NAME=value}
 * @param pid of the main process and so of its session and process group
 * @param startTicks of the main process
 */
record ProcessTree(String marker, long pid, long startTicks) {
    private static final int KILL_ROUNDS = 10;

    ProcessTree {
        if (pid <= 1) { // group 0 is our own, and -1 is every process there is
            throw new IllegalArgumentException("no process of an execution has the pid " + pid);
        }
    }

    /** Living processes, the main process among them. */
    List<Entry> members() {
        Optional<Entry> leader = ProcessTable.entry(pid);
        // A pid is not given out again while a session bears its number; a leader that is another is another session's.
        boolean ours = leader.isEmpty() || leader.get().startTicks() == startTicks;
        return ProcessTable.others()
                .filter(entry -> (ours && isOfSession(entry)) || ProcessTable.hasVariable(entry.pid(), marker + '\0'))
                .toList();
    }

    /**
     * Whether the session is empty; the quick question after the main process has been seen to end.
     *
     * @param young whether so little time has passed that the numbers of processes can't have gone round whole
     */
    boolean sessionIsEmpty(boolean young) {
        // Children have later numbers: after a short command that leaves almost nothing to look at.
        long above = young && ProcessTable.lastPid() >= pid ? pid : 0;
        return ProcessTable.pids()
                .filter(candidate -> candidate > above)
                .mapToObj(ProcessTable::entry)
                .flatMap(Optional::stream)
                .noneMatch(entry -> isOfSession(entry) && entry.isAlive());
    }

    /** Asks all of them to end. */
    void terminate() {
        List<Entry> members = members();
        if (members.stream().anyMatch(this::isOfGroup)) {
            Signals.toGroup("TERM", pid);
        }
        members.stream()
                .filter(member -> !isOfGroup(member))
                .forEach(member -> ProcessHandle.of(member.pid()).ifPresent(ProcessHandle::destroy));
    }

    /**
     * Kills until none is left, or none that can be killed, within half a second.
     *
     * @return how many there were
     */
    int kill() {
        return killUntilNone(() -> {
            List<Entry> members = members();
            if (members.stream().anyMatch(this::isOfGroup)) {
                Signals.toGroup("KILL", pid); // all at once, so that no fork slips through
            }
            return members;
        });
    }

    /** The same for whatever {@code living} finds, again and again. */
    static int killUntilNone(Supplier<List<Entry>> living) {
        Set<Long> killed = new HashSet<>();
        for (int round = 0; round < KILL_ROUNDS; round++) {
            List<Entry> found = living.get();
            if (found.isEmpty()) {
                break;
            }
            for (Entry entry : found) {
                killed.add(entry.pid());
                ProcessHandle.of(entry.pid()).ifPresent(ProcessHandle::destroyForcibly);
            }
            Signals.pause(round * 10 + 2); // the dead are listed until the kernel has taken them apart
        }
        return killed.size();
    }

    private boolean isOfSession(Entry entry) {
        return entry.pid() == pid
                ? entry.startTicks() == startTicks
                : entry.session() == pid && entry.startTicks() >= startTicks;
    }

    private boolean isOfGroup(Entry entry) {
        return entry.group() == pid;
    }
}
