// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.message.WireMessage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * What an agent of a secured broker costs its machine, and what one of an open broker.
 *
 * @param start nanoseconds until the station has its hello
 * @param resident KiB of memory when it has run one command and then rested
 * @param bytes on its wire, of one command and its result
 * @param commands whose frames these are
 * @param document one like theirs, signed
 * @param agentFlags with which its JVM runs, as the launcher starts it
 * @param stationFlags likewise of the station's
 */
record AgentCost(
        OnOff start,
        OnOff resident,
        OnOff bytes,
        List<WireMessage> frames,
        int commands,
        byte[] document,
        List<String> agentFlags,
        List<String> stationFlags) {
    /** @param turns the first of them with a secured broker */
    static AgentCost measure(List<Side> turns, Sizes sizes) throws Exception {
        Side on = turns.getFirst();
        var start = new OnOff();
        var resident = new OnOff();
        for (int i = 0; i < sizes.starts(); i++) {
            startAndRest(turns, start, resident, sizes.security().rest());
        }
        var bytes = new OnOff();
        List<WireMessage> frames;
        for (Side side : turns) {
            Traffic.awaitQuiet(side.proxy);
        }
        try (var listener = new Listener(on.site.installation.listen(), Side.NODE)) {
            for (int i = 0; i < sizes.frames(); i++) {
                wire(turns, bytes);
            }
            frames = listener.end();
        }
        return new AgentCost(
                start,
                resident,
                bytes,
                frames,
                sizes.frames(),
                on.site.echo(List.of(Side.NODE)).documents().getFirst(),
                flags(on.agent()),
                flags(on.site.installation.process("station")));
    }

    private static void startAndRest(List<Side> turns, OnOff start, OnOff resident, Duration rest) throws Exception {
        for (Side side : turns) {
            start.of(side.broker).add(side.restartAgentBehindProxy());
        }
        for (Side side : turns) {
            side.echo(); // an agent that has never worked lacks half of its classes
        }
        Thread.sleep(rest); // both at once: how long they rest is a part of what is measured
        for (Side side : turns) {
            resident.of(side.broker).add(ProcessUse.of(side.agent()).residentKiB());
        }
    }

    private static void wire(List<Side> turns, OnOff bytes) throws Exception {
        for (Side side : turns) {
            Traffic before = Traffic.at(side.proxy);
            side.echo();
            bytes.of(side.broker)
                    .add(Traffic.awaitQuiet(side.proxy).since(before).both());
        }
    }

    /** What the launcher has put between the JVM's path and the class path. */
    private static List<String> flags(Process process) throws Exception {
        String line =
                Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"), StandardCharsets.UTF_8);
        return Arrays.stream(line.split("\0"))
                .skip(1)
                .takeWhile(word -> !word.equals("-cp"))
                .toList();
    }
}
