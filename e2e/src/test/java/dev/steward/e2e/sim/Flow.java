// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.Limits;
import dev.steward.message.link.Frame;
import dev.steward.message.link.Lane;
import dev.steward.message.link.Session;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Watches from outside that no lane has more unrecorded bytes under way than its window allows. */
final class Flow {
    /** One lane in one direction of one conversation. */
    private record Key(SimProgram<?> sender, Session self, Session peer, long conversation, Lane lane) {}

    private static final class Way {
        private final TreeMap<Long, Integer> unrecorded = new TreeMap<>();
        private long recorded;
    }

    private final Map<Key, Way> ways = new HashMap<>();

    void sent(SimProgram<?> sender, Frame frame) {
        if (frame instanceof Frame.Data data) {
            var key = new Key(
                    sender,
                    data.envelope().session(),
                    data.peer(),
                    data.envelope().conversation(),
                    data.lane());
            Way way = ways.computeIfAbsent(key, any -> new Way());
            if (data.number() <= way.recorded) {
                return; // sent again before the receipt was looked at
            }
            way.unrecorded.put(
                    data.number(),
                    data.body().length + data.subject().toString().length() + 200);
            int messages = way.unrecorded.size();
            long bytes = way.unrecorded.values().stream()
                    .mapToLong(Integer::longValue)
                    .sum();
            if (messages > 1 && bytes > Limits.WINDOW_BYTES) {
                throw new Violation("%s has %d bytes in %d messages under way on lane %s; its window is %d"
                        .formatted(sender.label, bytes, messages, data.lane(), Limits.WINDOW_BYTES));
            }
        }
    }

    void arrived(SimProgram<?> receiver, Frame frame) {
        switch (frame) {
            case Frame.Recorded recorded ->
                recorded.lanes()
                        .forEach((lane, receipt) ->
                                forget(receiver, recorded.peer(), recorded.envelope(), lane, receipt.number()));
            case Frame.Hello hello ->
                hello.peer()
                        .ifPresent(self -> hello.lanes()
                                .forEach((lane, progress) ->
                                        forget(receiver, self, hello.envelope(), lane, progress.seen())));
            case Frame.Numbered message -> {}
            case Frame.Resend resend -> {}
        }
    }

    private void forget(SimProgram<?> sender, Session self, Frame.Envelope peer, Lane lane, long upTo) {
        Way way = ways.get(new Key(sender, self, peer.session(), peer.conversation(), lane));
        if (way != null) {
            way.recorded = Math.max(way.recorded, upTo);
            way.unrecorded.headMap(upTo, true).clear();
        }
    }
}
