// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.ErrorEvent;
import dev.steward.message.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the station tells of itself, and what nodes have told besides executions. */
class ApiStatusTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    @Test
    void theStationTellsWhetherItHasItsBrokerAndSinceWhen() throws Exception {
        try (var station = new RunningStation(folder)) {
            JsonObject there = awaitBroker(station, true);
            assertThat(there.optionalText("reason")).isEmpty();

            station.stopBroker();
            JsonObject gone = awaitBroker(station, false);
            assertThat(gone.optionalText("reason")).isPresent();
            assertThat(gone.time("since")).isAfterOrEqualTo(there.time("since"));
            JsonObject ledger = station.client.get("/api/v1/status").json().object("ledger");
            assertThat(ledger.optionalText("failure")).isEmpty();
            assertThat(ledger.bool("spaceLow")).isFalse();
        }
    }

    @Test
    void whatNodesTellIsListedNewestFirstPageByPage() throws Exception {
        try (var station = new RunningStation(folder);
                ScriptedNode ship1 = station.node("ship1");
                ScriptedNode ship2 = station.node("ship2")) {
            for (int i = 1; i <= 3; i++) {
                ship1.say(new ErrorEvent("disk", "nearly full " + i, Instant.now()));
            }
            awaitEvents(station, "?node=ship1", 3);
            ship2.say(new ErrorEvent("disk", "nearly full too", Instant.now()));
            List<JsonObject> all = awaitEvents(station, "", 6); // and that each of the two was let in

            assertThat(all.getFirst().text("node")).isEqualTo("ship2");
            assertThat(all.getFirst().text("source")).isEqualTo("disk");
            List<JsonObject> page = awaitEvents(station, "?node=ship1&limit=2", 2);
            assertThat(page.getFirst().text("text")).isEqualTo("nearly full 3");
            List<JsonObject> rest = awaitEvents(
                    station, "?node=ship1&before=" + page.getLast().integer("position", 1, Long.MAX_VALUE), 1);
            assertThat(rest.getFirst().text("text")).isEqualTo("nearly full 1");
        }
    }

    private static JsonObject awaitBroker(RunningStation station, boolean connected) throws Exception {
        long end = System.nanoTime() + SOON.toNanos();
        JsonObject broker;
        do {
            broker = station.client.get("/api/v1/status").json().object("broker");
        } while (broker.bool("connected") != connected && System.nanoTime() < end);
        assertThat(broker.bool("connected")).isEqualTo(connected);
        return broker;
    }

    private static List<JsonObject> awaitEvents(RunningStation station, String query, int count) throws Exception {
        long end = System.nanoTime() + SOON.toNanos();
        List<JsonObject> events;
        do {
            events = station.client.get("/api/v1/events" + query).json().objects("events", 500);
        } while (events.size() != count && System.nanoTime() < end);
        assertThat(events).hasSize(count);
        return events;
    }
}
