// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What an agent that has to be killed would leave running: its descendants, and whatever carries the marker of one of
 * their executions. What ended commands left in the background on purpose is none of it.
 */
record Remains(List<ProcessHandle> descendants, Set<String> markers) {
    private static final String MARKER = "STEWARD_EXECUTION=";
    private static final int ROUNDS = 20;

    /** To be asked before the agent is killed, which loses it its children. */
    static Remains of(ProcessHandle agent) {
        List<ProcessHandle> descendants = agent.descendants().toList();
        var markers = new HashSet<String>();
        descendants.forEach(process -> markers.addAll(markersOf(process)));
        return new Remains(descendants, markers);
    }

    void kill() {
        descendants.forEach(ProcessHandle::destroyForcibly);
        // Again until none is left, as they may fork meanwhile; not for ever, as some can't be killed.
        for (int round = 0; round < ROUNDS; round++) {
            List<ProcessHandle> marked = ProcessHandle.allProcesses()
                    .filter(process -> markersOf(process).stream().anyMatch(markers::contains))
                    .toList();
            if (marked.isEmpty()) {
                return;
            }
            marked.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static Set<String> markersOf(ProcessHandle process) {
        var found = new HashSet<String>();
        try {
            byte[] environment = Files.readAllBytes(Path.of("/proc", Long.toString(process.pid()), "environ"));
            Stream.of(new String(environment, StandardCharsets.ISO_8859_1).split("\0", -1))
                    .filter(variable -> variable.startsWith(MARKER))
                    .forEach(found::add);
        } catch (IOException e) {
            return Set.of(); // ended meanwhile, or somebody else's
        }
        return found;
    }
}
