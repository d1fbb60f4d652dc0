// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Document;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client of the stream comes back to a ledger that is not the one which it has read. */
class ApiRestoreTest {
    private Path copy;
    private RunningStation station;
    private ApiClient client;
    private List<EventReader.Event> before;
    private List<EventReader.Event> lost;

    /** A ledger with two commands, of which its copy knows the first. */
    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        copy = Files.createDirectory(folder.resolve("copy"));
        station = new RunningStation(folder);
        client = station.client;
        try (EventReader events = client.stream("", null)) {
            station.absentNode("ship1", events);
        }
        order(1);
        before = replay(1);
        station.whileStopped(() -> copyLedger(station.folder, copy));
        order(3);
        lost = replay(4).subList(1, 4);
    }

    @AfterEach
    void stop() throws Exception {
        station.close();
    }

    @Test
    void anEventThatTheRestoredLedgerHasLostIsAnsweredByAResetAndAllThatThereIs() throws Exception {
        restore();

        for (EventReader.Event last : lost) {
            try (EventReader events = client.stream("", last.id())) {
                expectReset(events, before);
            }
            try (EventReader events = client.stream("?lastEventId=" + last.id(), null)) {
                expectReset(events, before);
            }
        }
    }

    @Test
    void anEventThatTheRestoredLedgerStillHoldsIsGoneOnFrom() throws Exception {
        restore();
        try (EventReader events = client.stream("", before.getLast().id())) {
            order(1);

            assertThat(events.until(event -> true).getFirst().is("transition", "state", "queued"))
                    .isTrue();
        }
    }

    @Test
    void aRestoredLedgerThatHasGrownPastALostEventIsNotTakenForTheOldOne() throws Exception {
        restore();
        order(5);
        List<EventReader.Event> now = replay(6);
        assertThat(now.get(1).seq()).isEqualTo(lost.getFirst().seq());
        assertThat(now.get(1).id()).isNotEqualTo(lost.getFirst().id());

        for (EventReader.Event last : lost) {
            try (EventReader events = client.stream("", last.id())) {
                expectReset(events, now);
            }
        }
        try (EventReader events = client.stream("", now.get(3).id())) {
            assertThat(events.until(event -> true))
                    .extracting(EventReader.Event::id)
                    .containsExactly(now.get(4).id());
        }
    }

    @Test
    void aDeletedLedgerIsToldByAReset() throws Exception {
        station.whileStopped(() -> delete(station.folder));
        try (EventReader events = client.stream("", lost.getLast().id())) {
            events.until(event -> event.type().equals("reset"));
            station.absentNode("ship1", events);
        }
        order(1);

        try (EventReader events = client.stream("", before.getFirst().id())) {
            expectReset(events, replay(1));
        }
    }

    @Test
    void whoWasResetAndComesBackIsNotResetAgain() throws Exception {
        restore();
        String after;
        try (EventReader events = client.stream("", lost.getLast().id())) {
            after = events.until(event -> event.type().equals("reset"))
                    .getLast()
                    .id();
        }

        try (EventReader events = client.stream("", after)) {
            assertThat(ids(events.until(event -> true))).isEqualTo(ids(before));
        }
    }

    @Test
    void aNumberWithoutAnEraIsFromNoLedgerThatTheStationKnows() throws Exception {
        try (EventReader events = client.stream("", "2")) {
            assertThat(events.until(event -> true).getFirst().type()).isEqualTo("reset");
        }
        for (String wrong : List.of("-1", "x", "0123456789abc-", "0123456789abc-1x")) {
            assertThat(client.get("/api/v1/stream?lastEventId=" + wrong).error())
                    .isEqualTo("400 bad-request");
        }
    }

    private void restore() throws Exception {
        station.whileStopped(() -> {
            delete(station.folder);
            copyLedger(copy, station.folder);
        });
    }

    private static void expectReset(EventReader events, List<EventReader.Event> then) throws Exception {
        List<EventReader.Event> told =
                events.until(event -> event.id().equals(then.getLast().id()));
        assertThat(told.getFirst().type()).isEqualTo("reset");
        assertThat(ids(told.subList(1, told.size()))).isEqualTo(ids(then));
    }

    private static List<String> ids(List<EventReader.Event> events) {
        return events.stream().map(EventReader.Event::id).toList();
    }

    private void order(int commands) throws Exception {
        for (int i = 0; i < commands; i++) {
            Document.Command command = Documents.command("ship1");
            assertThat(client.order(command).status()).isEqualTo(201);
        }
    }

    private List<EventReader.Event> replay(int events) throws Exception {
        try (EventReader reader = client.stream("", "0")) {
            return reader.until(event -> event.seq() == events);
        }
    }

    private static void copyLedger(Path from, Path to) throws IOException {
        for (Path file : ledgerFiles(from)) {
            Files.copy(file, to.resolve(file.getFileName()));
        }
    }

    private static void delete(Path folder) throws IOException {
        for (Path file : ledgerFiles(folder)) {
            Files.delete(file);
        }
    }

    private static List<Path> ledgerFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("ledger.db"))
                    .toList();
        }
    }
}
