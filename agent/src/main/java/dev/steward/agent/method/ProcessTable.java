// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** What Linux tells about processes in /proc, see proc(5). A process that ends meanwhile is simply not there. */
final class ProcessTable {
    private static final File PROC = new File("/proc");
    private static final String[] NONE = {};

    private ProcessTable() {}

    /** @param startTicks since boot; together with the pid it names a process for as long as the machine is up. */
    record Entry(long pid, char state, long group, long session, long startTicks) {
        /** False for a zombie: it holds nothing any longer and only waits for its parent to ask. */
        boolean isAlive() {
            // A main thread may end before the others of its process; then too the state is Z.
            return state != 'X' && (state != 'Z' || list(new File(PROC, pid + "/task")).length > 1);
        }
    }

    static LongStream pids() {
        return Arrays.stream(list(PROC))
                .filter(name -> Character.isDigit(name.charAt(0)))
                .mapToLong(Long::parseLong);
    }

    /** Living processes but this one and those it descends from: it never ends itself or who looks after it. */
    static Stream<Entry> others() {
        var own = Stream.iterate(
                        Optional.of(ProcessHandle.current()),
                        Optional::isPresent,
                        next -> next.flatMap(ProcessHandle::parent))
                .flatMap(Optional::stream)
                .map(ProcessHandle::pid)
                .collect(Collectors.toSet());
        return pids().filter(pid -> !own.contains(pid))
                .mapToObj(ProcessTable::entry)
                .flatMap(Optional::stream)
                .filter(Entry::isAlive);
    }

    static Optional<Entry> entry(long pid) {
        // After the name of the command, which may hold anything, also spaces and ')'.
        String stat = new String(read("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        if (fields.length < 20) {
            return Optional.empty();
        }
        return Optional.of(new Entry(
                pid,
                fields[0].charAt(0),
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]),
                Long.parseLong(fields[19])));
    }

    /**
     * Whether the environment that the process was started with has a variable that begins so.
     *
     * @param prefix a whole variable is one that ends in a NUL
     */
    static boolean hasVariable(long pid, String prefix) {
        byte[] wanted = prefix.getBytes(StandardCharsets.UTF_8);
        byte[] environment = read("/proc/" + pid + "/environ");
        int start = 0;
        for (int i = 0; i < environment.length; i++) {
            if (environment[i] == 0 || i == environment.length - 1) {
                if (startsWith(environment, start, wanted)) {
                    return true;
                }
                start = i + 1;
            }
        }
        return false;
    }

    /** The pid that was given out last; lower than an older one after the numbers have wrapped around. */
    static long lastPid() {
        String loadavg = new String(read("/proc/loadavg"), StandardCharsets.ISO_8859_1).strip();
        return loadavg.isEmpty() ? 0 : Long.parseLong(loadavg.substring(loadavg.lastIndexOf(' ') + 1));
    }

    static String bootId() {
        return new String(read("/proc/sys/kernel/random/boot_id"), StandardCharsets.ISO_8859_1).strip();
    }

    private static boolean startsWith(byte[] bytes, int from, byte[] prefix) {
        int to = from + prefix.length;
        return to <= bytes.length && Arrays.equals(bytes, from, to, prefix, 0, prefix.length);
    }

    private static byte[] read(String file) {
        try (var in = new FileInputStream(file)) {
            return in.readAllBytes();
        } catch (IOException e) {
            return new byte[0]; // gone, or another user's
        }
    }

    private static String[] list(File directory) {
        String[] names = directory.list();
        return names == null ? NONE : names;
    }
}
