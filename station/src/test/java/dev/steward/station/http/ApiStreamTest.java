// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stream tells everything once and in order, from wherever a client wants to go on. */
class ApiStreamTest {
    private static final int CHUNKS = 300; // more than the stream reads at once
    private RunningStation station;
    private ApiClient client;
    private ScriptedNode ship1;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        station = new RunningStation(folder);
        client = station.client;
        try (EventReader events = client.stream("", null)) {
            ship1 = station.node("ship1");
            events.until(event -> event.tells("ship1", true));
        }
    }

    @AfterEach
    void stop() throws Exception {
        ship1.close();
        station.close();
    }

    @Test
    void aClientThatComesBackInTheMiddleGetsExactlyTheRest() throws Exception {
        CommandId id = runToTheEnd();
        List<EventReader.Event> whole = replay("?command=" + id, "0");
        assertThat(whole).hasSize(4 + CHUNKS);
        assertThat(whole.stream().filter(event -> event.type().equals("transition")))
                .extracting(event -> event.data().get("state"))
                .containsExactly("queued", "received", "running", "succeeded");

        for (int at : List.of(0, 1, 150, 199, 200, whole.size() - 2)) {
            String last = whole.get(at).id();
            List<String> rest = ids(whole.subList(at + 1, whole.size()));
            assertThat(ids(replay("?command=" + id, last))).isEqualTo(rest);
            assertThat(ids(replay("?command=" + id + "&lastEventId=" + last, null)))
                    .isEqualTo(rest);
            // The header is what a browser sends of itself when it reconnects to the address it began with.
            assertThat(ids(replay("?command=" + id + "&lastEventId=0", last))).isEqualTo(rest);
        }
    }

    @Test
    void whoFollowsFromTheBeginningAndWhoReplaysSeeTheSame() throws Exception {
        List<EventReader.Event> live;
        try (EventReader events = client.stream("", "0")) {
            runToTheEnd();
            live = new ArrayList<>(events.until(event -> event.is("transition", "state", "succeeded")));
        }
        live.removeIf(event -> event.type().equals("node"));

        assertThat(ids(replay("", "0"))).isEqualTo(ids(live));
        assertThat(live).hasSize(4 + CHUNKS);
    }

    @Test
    void withoutANumberTheStreamStartsWithWhatComes() throws Exception {
        runToTheEnd();
        try (EventReader events = client.stream("", null)) {
            Document.Command next = Documents.command("ship1");
            client.order(next);

            EventReader.Event first = events.until(event -> event.seq() > 0).getFirst();
            assertThat(first.is("transition", "command", next.id().toString())).isTrue();
            assertThat(first.is("transition", "state", "queued")).isTrue();
        }
    }

    @Test
    void theStreamOfACommandTellsOfNothingElse() throws Exception {
        Document.Command one = Documents.command("ship1");
        Document.Command other = Documents.command("ship1");
        client.order(one, other);
        try (EventReader events = client.stream("?command=" + other.id(), "0")) {
            for (Document.Command command : List.of(one, other)) {
                finish(command.id());
            }
            assertThat(events.until(event -> event.is("transition", "state", "succeeded")))
                    .extracting(event -> event.data().get("command"))
                    .containsOnly(other.id().toString());
        }
    }

    @Test
    void aNodeThatComesAndGoesIsTold() throws Exception {
        try (EventReader events = client.stream("", null)) {
            station.absentNode("ship2", events);
        }
    }

    @Test
    void theStreamOfACommandTellsOfNodesWhereItIsAskedFor() throws Exception {
        Document.Command command = Documents.command("ship1");
        client.order(command);
        try (EventReader events = client.stream("?command=" + command.id() + "&nodes=true", "0")) {
            station.absentNode("ship2", events);
        }
    }

    @Test
    void aStationThatStopsEndsItsStreamsBetweenEvents() throws Exception {
        try (EventReader events = client.stream("", null)) {
            station.restart();
            events.awaitEnd();
        }
    }

    @Test
    void theNumbersGoOnAfterARestart() throws Exception {
        runToTheEnd();
        List<EventReader.Event> before = replay("", "0");
        station.restart();
        client.order(Documents.command("ship1"));

        try (EventReader events = client.stream("", before.getLast().id())) {
            assertThat(events.until(event -> event.seq() > 0).getLast().seq())
                    .isEqualTo(before.getLast().seq() + 1);
        }
    }

    private CommandId runToTheEnd() throws Exception {
        Document.Command command = Documents.command("ship1");
        try (EventReader events = client.stream("", null)) {
            client.order(command);
            ship1.awaitDocument();
            ship1.say(new Ack.Started(command.id(), 1, Instant.now()));
            events.until(event -> event.is("transition", "state", "running"));
            for (int i = 0; i < CHUNKS; i++) {
                byte[] bytes = "line %03d\n".formatted(i).getBytes(StandardCharsets.UTF_8);
                ship1.say(new Ack.Output(
                        command.id(), 1, new OutputChunk(OutputStreamName.STDOUT, (long) i * bytes.length, bytes)));
            }
            events.until(event -> event.is("output", "text", "line %03d\n".formatted(CHUNKS - 1)));
            finish(command.id());
            events.until(event -> event.is("transition", "state", "succeeded"));
        }
        return command.id();
    }

    private void finish(CommandId id) {
        ship1.say(new Ack.Finished(id, Outcome.notStarted(ExecutionState.SUCCEEDED, "done", Instant.now())));
    }

    private List<EventReader.Event> replay(String query, @Nullable String from) throws Exception {
        try (EventReader events = client.stream(query, from)) {
            return events.until(event -> event.is("transition", "state", "succeeded"));
        }
    }

    private static List<String> ids(List<EventReader.Event> events) {
        return events.stream().map(EventReader.Event::id).toList();
    }
}
