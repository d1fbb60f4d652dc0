// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.e2e.fuzz.Promises;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** What the command line reads of a station's answers, which may be taken over: a JSON object, or else its stream of events. */
@NullMarked
public final class StationAnswers {
    private interface Reading {
        Object from(JsonObject json) throws RefusedException;
    }

    private static final List<Reading> READINGS = List.of(
            CommandInfo::from,
            ExecutionInfo::from,
            NodeInfo::from,
            EventInfo::from,
            json -> AuditInfo.from(json).read(),
            StatusInfo::from,
            OperatorsInfo::from,
            TokenInfo::from,
            EnrolmentInfo::from,
            PageLink::from,
            EnrolmentClient.StationEnd::from);

    private StationAnswers() {}

    public static void check(byte[] input) throws RefusedException {
        if (input.length > 0 && input[0] == '{') {
            answer(Json.object(input, Limits.FRAME_BYTES));
        } else {
            stream(input);
        }
    }

    private static void answer(JsonObject json) throws RefusedException {
        boolean taken = false;
        for (Reading reading : READINGS) {
            try {
                reading.from(json);
                taken = true;
            } catch (RefusedException e) {
                // another kind of answer
            }
        }
        if (!taken) {
            throw new RefusedException("an answer of no kind");
        }
    }

    private static void stream(byte[] input) throws RefusedException {
        var reader = new EventReader(new ByteArrayInputStream(input), () -> {});
        int events = 0;
        try {
            while (reader.next().isPresent()) {
                events++;
            }
        } catch (IOException e) {
            throw new RefusedException(String.valueOf(e.getMessage())); // a line without an end
        }
        Promises.holds(events <= input.length, "more events than bytes");
        if (events == 0) {
            throw new RefusedException("no event");
        }
    }
}
