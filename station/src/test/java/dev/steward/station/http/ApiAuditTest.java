// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.Ack;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.Outcome;
import dev.steward.message.RefusedException;
import dev.steward.message.audit.AuditChain;
import dev.steward.message.audit.AuditEntry;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import dev.steward.station.ledger.LedgerReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The station's audit log, read as whoever does not believe the station. */
class ApiAuditTest {
    @TempDir
    Path folder;

    private RunningStation station;
    private ApiClient client;

    @BeforeEach
    void start() throws Exception {
        station = new RunningStation(folder);
        client = station.client;
    }

    @AfterEach
    void stop() throws Exception {
        station.close();
    }

    @Test
    void whateverIsDoneStandsInItWithWhoeverDidIt() throws Exception {
        Document.Command command = Documents.command("ship1");
        try (ScriptedNode ship1 = station.node("ship1")) {
            client.order(command);
            ship1.awaitDocument();
            client.cancel(command.id().toString(), Documents.cancel(command.id(), "ship1"));
            ship1.awaitDocument();
            ship1.say(new Ack.Finished(
                    command.id(),
                    Outcome.notStarted(ExecutionState.REJECTED, "policy: no rule allows it", Instant.now())));
            awaitEntry("refused", "by node ship1: policy: no rule allows it");
        }
        client.publish(TestOperator.list(1));
        client.token(Documents.id(), Ed25519.generate().key(), Optional.of("ship9"), Duration.ofHours(1));
        client.post("/api/v1/page-links", new byte[0]);
        awaitEntry("login", "a link for the page was made");

        List<AuditEntry> entries = entries();
        assertThat(entries.stream().map(AuditEntry::action))
                .containsSubsequence("start", "node", "order", "cancel", "refused", "operators", "token", "login");
        AuditEntry order = entries.stream()
                .filter(entry -> entry.action().equals("order"))
                .findFirst()
                .orElseThrow();
        assertThat(order.who().by()).contains("anna");
        assertThat(order.who().key()).contains(TestOperator.KEY.key().id().toString());
        assertThat(order.who().via()).contains("local");
        assertThat(order.on()).contains(command.id().toString());
        assertThat(order.text()).isEqualTo("shellcommand.operatingsystem for ship1");
        assertThat(order.document()).contains(AuditChain.digest(List.of(command.encode())));
    }

    @Test
    void theSameOrderTwiceIsOneEntry() throws Exception {
        Document.Command command = Documents.command("ship1");
        try (ScriptedNode ship1 = station.node("ship1")) {
            client.order(command);
            client.order(command);
            Document.Cancel cancel = Documents.cancel(command.id(), "ship1");
            client.cancel(command.id().toString(), cancel);
            client.cancel(command.id().toString(), cancel);
        }

        assertThat(entries().stream()
                        .filter(entry ->
                                entry.on().equals(Optional.of(command.id().toString()))))
                .extracting(AuditEntry::action)
                .containsExactly("order", "cancel");
    }

    @Test
    void whoIsRefusedIsCountedAndDoesNotFillIt() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(client.send(client.withoutToken("/api/v1/nodes").build()).status())
                    .isEqualTo(401);
        }
        byte[] stranger = TestOperator.sign(Documents.by(Ed25519.generate(), "ship1"), Ed25519.generate());
        assertThat(client.orderSigned(stranger).status()).isEqualTo(403);
        awaitEntry("refused", "403 for POST /api/v1/commands from 127.0.0.1: signature: ");

        assertThat(entries().stream().map(AuditEntry::text).filter(text -> text.startsWith("401 for GET")))
                .hasSize(5) // the 1st, 2nd, 4th, 8th and 16th
                .last()
                .asString()
                .contains("(16 times)");
    }

    @Test
    void aStopSignsHowFarItHasComeAndTheNextStartGoesOn() throws Exception {
        VerificationKey key = follow(rows(), Optional.empty()).key().orElse(null);
        assertThat(key).as("nothing was signed yet").isNull();
        station.restart();

        AuditChain chain = follow(rows(), Optional.empty());
        assertThat(chain.signedNumber()).isEqualTo(2); // start, stop
        assertThat(chain.number()).isEqualTo(3);
        station.restart();
        AuditChain later = follow(rows(), chain.key());
        assertThat(later.signedNumber()).isEqualTo(4);
        assertThat(later.key()).isEqualTo(chain.key());
    }

    /** Of every entry its first, a middle and its last byte; of every hash and every head too. */
    @Test
    void aSingleByteThatIsFlippedInTheLedgerFileIsFound() throws Exception {
        try (ScriptedNode ship1 = station.node("ship1")) {
            client.order(Documents.command("ship1"));
            ship1.awaitDocument();
        }
        station.restart();
        station.whileStopped(
                () -> { // then all is in the one file
                    List<LedgerReader.AuditRow> rows = stored();
                    follow(rows);
                    var needles = new ArrayList<byte[]>();
                    for (LedgerReader.AuditRow row : rows) {
                        needles.add(row.entry());
                        needles.add(utf8(row.hash()));
                        Optional.ofNullable(row.head()).ifPresent(needles::add);
                    }
                    assertThat(needles).hasSizeGreaterThan(12);
                    for (byte[] needle : needles) {
                        for (int at : new int[] {0, needle.length / 2, needle.length - 1}) {
                            flipped(needle, at);
                        }
                    }
                    follow(stored());
                });
    }

    @Test
    void anEntryThatIsLeftOutOrAnotherKeysHeadIsFound() throws Exception {
        client.post("/api/v1/page-links", new byte[0]);
        station.restart();
        List<JsonObject> rows = rows();
        VerificationKey key = follow(rows, Optional.empty()).key().orElseThrow();

        var gap = new ArrayList<>(rows);
        gap.remove(1);
        assertThatThrownBy(() -> follow(gap, Optional.empty())).hasMessageContaining("entry 2, or its hash");
        assertThatThrownBy(() -> follow(rows, Optional.of(Ed25519.generate().key())))
                .hasMessageContaining("is by the key " + key.id());
    }

    @Test
    void aStationWhoseLedgersLogIsNotTheOneItHasSignedSaysSo() throws Exception {
        station.restart();
        Path head = station.folder.resolve("audit.head");
        assertThat(Files.readString(head)).startsWith("2 ");
        station.whileStopped(() -> Files.writeString(head, "3 " + "0".repeat(64) + "\n"));

        assertThat(entries().getLast().text()).contains("is not the one whose entry 3 this station has signed last");
        station.restart();
        assertThat(entries().getLast().text()).doesNotContain("signed last");
    }

    @Test
    void whoeverHasATokenForOneMachineDoesNotFillItByNames() throws Exception {
        var token = Documents.id();
        Ed25519 secret = Ed25519.generate();
        client.token(token, secret.key(), Optional.empty(), Duration.ofHours(1));
        TestNode keys = TestNode.named("many0");
        for (int i = 0; i < 12; i++) {
            TestNode named = keys.as("many" + i % 2);
            try (var machine = new TestMachine(named, token, station.linkKey(), station.broker.url())) {
                machine.ask(secret);
                machine.awaitAnswer();
            }
        }

        assertThat(entries().stream().filter(entry -> entry.action().equals("asked")))
                .hasSizeBetween(1, 5);
    }

    @Test
    void pagesGoForwardAndBackward() throws Exception {
        for (int i = 0; i < 5; i++) {
            client.post("/api/v1/page-links", new byte[0]);
        }
        awaitNumber(6);

        assertThat(numbers("?limit=2")).containsExactly(6L, 5L);
        assertThat(numbers("?limit=2&before=5")).containsExactly(4L, 3L);
        assertThat(numbers("?limit=2&after=0")).containsExactly(1L, 2L);
        assertThat(numbers("?after=6")).isEmpty();
        assertThat(client.get("/api/v1/audit?after=-1").status()).isEqualTo(400);
    }

    @Test
    void aLongTextIsCutAndControlsDoNotReachTheTerminalOfWhoeverReads() throws Exception {
        String long1 = "x".repeat(2 * Limits.AUDIT_TEXT_CHARS);
        var entry = new AuditEntry(
                1,
                Instant.EPOCH,
                "refused",
                AuditEntry.Who.ITSELF,
                Optional.empty(),
                "\u001b[2J" + long1,
                Optional.empty());

        AuditEntry read = AuditEntry.decode(entry.encode());

        assertThat(read.text())
                .hasSize(Limits.AUDIT_TEXT_CHARS)
                .startsWith("\\x1b[2Jx")
                .endsWith("…");
    }

    /** Makes one byte of the ledger's file another, looks, and puts the byte back. */
    private void flipped(byte[] needle, int at) throws IOException {
        Path ledger = station.folder.resolve("ledger.db");
        byte[] whole = Files.readAllBytes(ledger);
        List<Integer> places = places(whole, needle);
        String what = "byte %d of %s".formatted(at, new String(needle, StandardCharsets.UTF_8));
        assertThat(places).as(what).isNotEmpty();
        byte[] other = whole.clone();
        places.forEach(place -> other[place + at] ^= 1); // pages that were freed hold copies of old rows
        Files.write(ledger, other);
        List<LedgerReader.AuditRow> shown = stored();
        assertThatThrownBy(() -> follow(shown)).as(what).isInstanceOf(RefusedException.class);
        Files.write(ledger, whole);
    }

    private List<LedgerReader.AuditRow> stored() {
        try (var reader = new LedgerReader(station.folder)) {
            return reader.auditAfter(0, 500);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void follow(List<LedgerReader.AuditRow> rows) throws RefusedException {
        var chain = new AuditChain(Signatures.ED25519, Optional.empty());
        for (LedgerReader.AuditRow row : rows) {
            byte[] head = row.head();
            chain.follow(new AuditChain.Link(
                    row.entry(),
                    row.hash(),
                    head == null ? Optional.empty() : Optional.of(SignedDocument.decode(head))));
        }
    }

    private static List<Integer> places(byte[] whole, byte[] needle) {
        var places = new ArrayList<Integer>();
        for (int i = 0; i + needle.length <= whole.length; i++) {
            if (whole[i] == needle[0] && Arrays.equals(whole, i, i + needle.length, needle, 0, needle.length)) {
                places.add(i);
            }
        }
        return places;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private List<Long> numbers(String query) throws Exception {
        var numbers = new ArrayList<Long>();
        for (JsonObject row : client.get("/api/v1/audit" + query).json().objects("entries", 500)) {
            numbers.add(row.integer("number", 1, Long.MAX_VALUE));
        }
        return numbers;
    }

    private List<JsonObject> rows() throws Exception {
        return client.get("/api/v1/audit?after=0&limit=500").json().objects("entries", 500);
    }

    private List<AuditEntry> entries() throws Exception {
        List<JsonObject> rows = rows();
        follow(rows, Optional.empty());
        var entries = new ArrayList<AuditEntry>();
        for (JsonObject row : rows) {
            entries.add(AuditEntry.decode(utf8(row.text("entry"))));
        }
        return entries;
    }

    private static AuditChain follow(List<JsonObject> rows, Optional<VerificationKey> key) throws RefusedException {
        var chain = new AuditChain(Signatures.ED25519, key);
        for (JsonObject row : rows) {
            Optional<SignedDocument> head =
                    row.has("head") ? Optional.of(SignedDocument.decode(utf8(row.text("head")))) : Optional.empty();
            chain.follow(new AuditChain.Link(utf8(row.text("entry")), row.text("hash"), head));
        }
        assertThat(HexFormat.of().parseHex(chain.hash().hex())).hasSize(32);
        return chain;
    }

    /** Notes of refusals come a moment after the refusal. */
    private void awaitEntry(String action, String text) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (entries().stream()
                .noneMatch(
                        entry -> entry.action().equals(action) && entry.text().startsWith(text))) {
            assertThat(System.nanoTime()).as("no entry: " + text).isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private void awaitNumber(long number) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (rows().size() < number) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(20_000_000);
        }
    }
}
