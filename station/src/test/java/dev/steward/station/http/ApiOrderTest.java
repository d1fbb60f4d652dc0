// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ordering means: all of a call or nothing, and the same order twice is the same order. */
class ApiOrderTest {
    private static RunningStation station;
    private static ApiClient client;
    private List<String> before = List.of();

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        station = new RunningStation(folder);
        client = station.client;
        try (EventReader events = client.stream("", null)) {
            station.absentNode("ship1", events);
            station.absentNode("ship2", events);
            station.absentNode("ship3", events);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        station.close();
    }

    @BeforeEach
    void note() throws Exception {
        before = commands("");
    }

    @Test
    void theSameDocumentsAgainChangeNothingAndAreAnsweredAsBefore() throws Exception {
        Document.Command first = Documents.command("ship1", "ship2");
        Document.Command second = Documents.command("ship3");
        ApiClient.Answer answer = client.order(first, second);
        List<EventReader.Event> told = history(first.id());

        ApiClient.Answer again = client.order(first, second);

        assertThat(answer.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(answer.body());
        assertThat(history(first.id())).hasSameSizeAs(told).hasSize(2);
        assertThat(ordered())
                .contains(first.id().toString(), second.id().toString())
                .doesNotHaveDuplicates();
    }

    @Test
    void aKnownDocumentMayStandBesideANewOne() throws Exception {
        Document.Command known = Documents.command("ship1");
        client.order(known);
        Document.Command fresh = Documents.command("ship1");

        assertThat(ids(client.order(fresh, known)))
                .containsExactly(fresh.id().toString(), known.id().toString());
    }

    @Test
    void theSameIdWithOtherBytesIsAConflictAndNothingIsOrdered() throws Exception {
        Document.Command known = Documents.command("ship1");
        client.order(known);
        Document.Command other = Documents.command("ship2");

        assertThat(client.order(other, Documents.part(known.id(), 1, 1, "ship2"))
                        .error())
                .isEqualTo("409 conflict");
        assertThat(ordered()).containsExactly(known.id().toString());
    }

    @Test
    void oneUnknownNodeAmongManyRefusesTheWholeOrder() throws Exception {
        assertThat(client.order(Documents.command("ship1"), Documents.command("ship2", "nobody", "ship3"))
                        .error())
                .isEqualTo("404 unknown-node");
        assertThat(client.order(Documents.command("Ship1")).error()).isEqualTo("404 unknown-node");
        assertThat(client.order(Documents.command("central")).error()).isEqualTo("404 unknown-node");
        assertThat(ordered()).isEmpty();
    }

    @Test
    void partsThatFitTogetherAreOneCommand() throws Exception {
        CommandId id = Documents.id();

        ApiClient.Answer answer =
                client.order(Documents.part(id, 2, 2, "ship2"), Documents.part(id, 1, 2, "ship1", "ship3"));

        assertThat(ids(answer)).containsExactly(id.toString());
        assertThat(executions(id, "")).containsExactly("ship1", "ship2", "ship3");
    }

    @Test
    void partsThatDoNotFitTogetherAreABadRequest() throws Exception {
        CommandId id = Documents.id();
        Instant later = Instant.now().plusSeconds(60);
        Document.Command one = Documents.part(id, 1, 2, "ship1");
        for (Document[] parts : List.of(
                new Document[] {one},
                new Document[] {one, Documents.part(id, 1, 2, "ship2")},
                new Document[] {one, Documents.part(id, 2, 2, "ship1")},
                new Document[] {one, Documents.part(id, 2, 3, "ship2")},
                new Document[] {one, Documents.part(id, 2, 2, "other", later, "ship2")},
                new Document[] {Documents.part(id, 1, 1, "ship1"), Documents.part(id, 1, 1, "ship1")},
                new Document[] {Documents.command("ship1"), one},
                new Document[] {Documents.cancel(id, "ship1")})) {
            assertThat(client.order(parts).error()).isEqualTo("400 bad-request");
        }
        assertThat(ordered()).isEmpty();
    }

    @Test
    void aDeadlineThatHasPassedIsABadRequestUnlessTheCommandIsKnown() throws Exception {
        Document.Command late = Documents.part(
                Documents.id(), 1, 1, "shellcommand", Instant.now().minusMillis(1), "ship1");
        assertThat(client.order(Documents.command("ship1"), late).error()).isEqualTo("400 bad-request");
        assertThat(ordered()).isEmpty();

        try (EventReader events = client.stream("", null)) {
            Document.Command brief = Documents.part(
                    Documents.id(), 1, 1, "shellcommand", Instant.now().plusMillis(500), "ship1");
            assertThat(client.order(brief).status()).isEqualTo(201);
            events.until(event -> event.is("transition", "state", "expired"));
            assertThat(client.order(brief).status()).isEqualTo(201);
        }
    }

    @Test
    void aCommandIsFoundByAnyUniquePrefixOfItsId() throws Exception {
        CommandId one = id("fffffff0-0000-7000-8000-000000000001");
        CommandId other = id("fffffff0-0000-7000-8000-000000000002");
        client.order(Documents.part(one, 1, 1, "ship1"), Documents.part(other, 1, 1, "ship1"));

        assertThat(client.get("/api/v1/commands/" + one).json().text("id")).isEqualTo(one.toString());
        assertThat(client.get("/api/v1/commands/ffff").error()).isEqualTo("400 ambiguous");
        assertThat(client.get("/api/v1/commands/" + one.toString().substring(0, 35))
                        .error())
                .isEqualTo("400 ambiguous");
        assertThat(client.get("/api/v1/commands/ffffffff").error()).isEqualTo("404 not-found");
        assertThat(client.get("/api/v1/commands/" + Documents.id()).error()).isEqualTo("404 not-found");
        for (String wrong : List.of("fff", "FFFFFFF0", "fffg", "fff%25", "%27%27%27%27", one + "0")) {
            assertThat(client.get("/api/v1/commands/" + wrong).error())
                    .as(wrong)
                    .isEqualTo("400 bad-request");
        }
        assertThat(client.get("/api/v1/stream?command=ffff").error()).isEqualTo("400 ambiguous");
        assertThat(client.cancel("ffff", Documents.cancel(one, "ship1")).error())
                .isEqualTo("400 ambiguous");
        assertThat(client.get("/api/v1/commands/ffff/executions").error()).isEqualTo("400 ambiguous");
    }

    @Test
    void commandsAreListedNewestFirstAPageAtATime() throws Exception {
        var expected = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            CommandId id = id("00000000-000" + i + "-7000-8000-000000000000");
            client.order(Documents.part(id, 1, 1, "ship1"));
            expected.addFirst(id.toString());
        }
        String below = "&before=00000000-0005";

        assertThat(commands("?limit=500" + below)).isEqualTo(expected);
        assertThat(commands("?limit=2" + below)).isEqualTo(expected.subList(0, 2));
        assertThat(commands("?limit=2&before=" + expected.get(1))).isEqualTo(expected.subList(2, 4));
        assertThat(commands("?limit=2&before=" + expected.get(3))).isEqualTo(expected.subList(4, 5));
        assertThat(commands("?before=" + expected.getLast())).isEmpty();
        for (String wrong : List.of("0", "501", "-1", "1.5", "x", "", "99999999999999999999")) {
            assertThat(client.get("/api/v1/commands?limit=" + wrong).error()).isEqualTo("400 bad-request");
        }
    }

    @Test
    void executionsAreListedByNodeAPageAtATimeAndTheLastPageSaysSo() throws Exception {
        CommandId id = Documents.id();
        client.order(Documents.part(id, 1, 1, "ship3", "ship1", "ship2"));

        JsonObject page = page(id, "?limit=2");
        assertThat(nodes(page)).containsExactly("ship1", "ship2");
        assertThat(page.text("next")).isEqualTo("ship2");
        JsonObject last = page(id, "?limit=2&after=ship2");
        assertThat(nodes(last)).containsExactly("ship3");
        assertThat(last.get("next")).isNull();
        assertThat(page(id, "?limit=3").get("next")).isNull();
        assertThat(page(id, "?limit=1&node=ship2").get("next")).isNull();
        assertThat(executions(id, "?node=ship2")).containsExactly("ship2");
        assertThat(executions(id, "?node=nobody")).isEmpty();
    }

    @Test
    void aCancelTakesEffectOnTheNodesItNamesAndAgainChangesNothing() throws Exception {
        CommandId id = Documents.id();
        client.order(Documents.part(id, 1, 1, "ship1", "ship2"));

        JsonObject some =
                client.cancel(id.toString(), Documents.cancel(id, "ship1")).json();
        JsonObject all = client.cancel(id.toString().substring(0, 35), Documents.cancel(id, "ship1", "ship2"))
                .json();

        assertThat(some.object("states").integer("canceled", 0, 9)).isEqualTo(1);
        assertThat(some.text("state")).isEqualTo("running");
        assertThat(all.object("states").integer("canceled", 0, 9)).isEqualTo(2);
        assertThat(all.text("state")).isEqualTo("failed");
        assertThat(client.cancel(id.toString(), Documents.cancel(id, "ship2"))
                        .json()
                        .text("state"))
                .isEqualTo("failed");
        assertThat(history(id)).hasSize(4);
    }

    @Test
    void aCancelForOtherNodesOrAnotherCommandCancelsNothing() throws Exception {
        CommandId id = Documents.id();
        client.order(Documents.part(id, 1, 1, "ship1"));

        assertThat(client.cancel(id.toString(), Documents.cancel(id, "ship1"), Documents.cancel(id, "ship2"))
                        .error())
                .isEqualTo("404 unknown-node");
        assertThat(client.cancel(id.toString(), Documents.cancel(Documents.id(), "ship1"))
                        .error())
                .isEqualTo("400 bad-request");
        assertThat(client.cancel(id.toString(), Documents.command("ship1")).error())
                .isEqualTo("400 bad-request");
        assertThat(history(id)).hasSize(1);
    }

    @Test
    void afterARestartTheStationStillKnowsWhenItHeardOfANode() throws Exception {
        CommandId id = Documents.id();
        client.order(Documents.part(id, 1, 1, "ship1"));

        station.restart();

        String heard = client.get("/api/v1/nodes")
                .json()
                .objects("nodes", 9)
                .getFirst()
                .text("lastHeardAt");
        assertThat(page(id, "").objects("executions", 9).getFirst().text("lastHeardAt"))
                .isEqualTo(heard);
    }

    private static CommandId id(String text) throws RefusedException {
        return CommandId.parse(text);
    }

    /** Ids of what was ordered since the test began. */
    private List<String> ordered() throws Exception {
        var since = new ArrayList<>(commands("?limit=500"));
        since.removeAll(before);
        return since;
    }

    private static List<String> commands(String query) throws Exception {
        return ids(client.get("/api/v1/commands" + query));
    }

    private static List<String> ids(ApiClient.Answer answer) throws Exception {
        var ids = new ArrayList<String>();
        for (JsonObject command : answer.json().objects("commands", 500)) {
            ids.add(command.text("id"));
        }
        return ids;
    }

    private static JsonObject page(CommandId id, String query) throws Exception {
        return client.get("/api/v1/commands/" + id + "/executions" + query).json();
    }

    private static List<String> executions(CommandId id, String query) throws Exception {
        return nodes(page(id, query));
    }

    private static List<String> nodes(JsonObject page) throws RefusedException {
        var nodes = new ArrayList<String>();
        for (JsonObject execution : page.objects("executions", 500)) {
            nodes.add(execution.text("node"));
        }
        return nodes;
    }

    /** Everything that has happened to a command; another one, ordered now, marks the end. */
    private static List<EventReader.Event> history(CommandId id) throws Exception {
        Document.Command mark = Documents.command("ship1");
        client.order(mark);
        try (EventReader events = client.stream("", "0")) {
            return events
                    .until(event -> event.is("transition", "command", mark.id().toString()))
                    .stream()
                    .filter(event -> event.is("transition", "command", id.toString()))
                    .toList();
        }
    }
}
