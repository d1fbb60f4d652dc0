// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Ack;
import dev.steward.message.Document;
import dev.steward.message.ErrorEvent;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.Outcome;
import dev.steward.message.Subject;
import dev.steward.message.link.Lane;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node of another version: it can't read what the station sends, or the other way round. */
class UnreadableMessageTest {
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
    void aCommandThatItsNodeCantReadEndsAsRejected() throws Exception {
        Document.Command command = Documents.command("ship1");
        try (EventReader events = client.stream("", null)) {
            client.order(command);
            ship1.awaitDocument();
            ship1.say(new ErrorEvent(
                    "message",
                    "refused: format version 2",
                    Instant.now(),
                    Optional.of(ship1.lastMessage().toString())));
            EventReader.Event end = events.until(event -> event.is("transition", "state", "rejected"))
                    .getLast();

            assertThat(end.data().get("reason")).isEqualTo("refused: format version 2");
        }
    }

    @Test
    void aRefusalOfAnotherMessageOrOfWhatHasStartedChangesNothing() throws Exception {
        Document.Command command = Documents.command("ship1");
        try (EventReader events = client.stream("", null)) {
            client.order(command);
            ship1.awaitDocument();
            ship1.say(new ErrorEvent("message", "refused", Instant.now(), Optional.of("0000000000000-1")));
            ship1.say(new Ack.Started(command.id(), 1, Instant.now()));
            ship1.say(new ErrorEvent(
                    "message",
                    "refused",
                    Instant.now(),
                    Optional.of(ship1.lastMessage().toString())));
            ship1.say(new Ack.Finished(
                    command.id(),
                    Outcome.without(ExecutionState.SUCCEEDED, 1, "done", Optional.of(Instant.now()), Instant.now())));

            assertThat(events.until(event -> event.is("transition", "state", "succeeded")))
                    .noneMatch(event -> event.is("transition", "state", "rejected"));
        }
    }

    @Test
    void messagesThatTheStationCantReadHoldUpNoneBehindThem() throws Exception {
        Document.Command command = Documents.command("ship1");
        try (EventReader events = client.stream("", null)) {
            client.order(command);
            ship1.awaitDocument();
            ship1.send(
                    Lane.RESULTS, Subject.ack(NodeName.CENTRAL, "shellcommand", "operatingsystem"), new byte[] {'{'});
            ship1.send(Lane.RESULTS, new Subject(NodeName.CENTRAL, Subject.Kind.EVENT, "newer", "event"), new byte[0]);
            ship1.say(new Ack.Finished(
                    command.id(), Outcome.notStarted(ExecutionState.SUCCEEDED, "done", Instant.now())));

            events.until(event -> event.is("transition", "state", "succeeded"));
        }
    }
}
