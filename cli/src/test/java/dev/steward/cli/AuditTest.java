// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.AuditHead;
import dev.steward.message.CommandId;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.audit.AuditEntry;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.json.Json;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the command line makes of an audit log that the station shows. */
class AuditTest extends CommandLineFixture {
    private static final Instant WHEN = Instant.parse("2026-01-31T12:00:00Z");

    private final List<Map<String, @Nullable Object>> log = new ArrayList<>();
    private Ed25519 key = Ed25519.generate();
    private AuditHash hash = AuditHash.NONE;

    @BeforeEach
    void stationShowsItsLog() throws Exception {
        station.on("GET /api/v1/audit", exchange -> {
            Map<String, Long> query = new LinkedHashMap<>();
            for (String each : exchange.getRequestURI().getQuery().split("&", -1)) {
                query.put(each.split("=", -1)[0], Long.parseLong(each.split("=", -1)[1]));
            }
            List<Map<String, @Nullable Object>> shown = new ArrayList<>();
            long after = query.getOrDefault("after", 0L);
            long before = query.getOrDefault("before", Long.MAX_VALUE);
            for (Map<String, @Nullable Object> row : query.containsKey("after") ? log : log.reversed()) {
                long number = Long.parseLong(String.valueOf(row.get("number")));
                if (number > after && number < before && shown.size() < query.getOrDefault("limit", 2L)) {
                    shown.add(row);
                }
            }
            Station.send(exchange, 200, Json.text(Map.of("entries", shown)));
        });
        add("start", AuditEntry.Who.ITSELF, "", "version 1, generation 2");
        add(
                "order",
                new AuditEntry.Who(Optional.of("ann"), Optional.of("SHA256:x"), Optional.of("local")),
                ID,
                "for ship1");
        add("refused", AuditEntry.Who.via("ci"), "", "403 for POST");
        sign();
        add("login", AuditEntry.Who.via("local"), "", "a link for the page was made");
    }

    @Test
    void aLogThatHoldsIsSaidToHoldAndRemembered() {
        assertThat(steward("audit", "verify")).isZero();
        assertThat(out())
                .contains("holds: 4 entries, 2026-01-31T12:00:00Z to 2026-01-31T12:00:00Z")
                .contains("signed up to entry 3 by " + key.key().id())
                .contains("verified here for the first time");

        add("stop", AuditEntry.Who.ITSELF, "", "the station stops");
        assertThat(steward("audit", "verify")).isZero();
        assertThat(out()).contains("the same as was verified here at 2026-01-31T12:03:00Z, up to entry 4");
    }

    @Test
    void aChangedEntryIsNamed() {
        Map<String, @Nullable Object> row = log.get(1);
        row.put("entry", String.valueOf(row.get("entry")).replace("ship1", "ship2"));

        assertThat(steward("audit", "verify")).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(err()).contains("the audit log does not hold: entry 2, or its hash, was changed");
        assertThat(data.resolve("operator/audit.json")).doesNotExist();
    }

    @Test
    void anEndThatWasCutOffIsNoticed() {
        steward("audit", "verify");
        log.removeLast();

        assertThat(steward("audit", "verify")).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(err()).contains("it ends with entry 3, and 4 were verified here at 2026-01-31T12:03:00Z");
        assertThat(steward("audit", "verify", "--forget")).isZero();
        assertThat(steward("audit", "verify")).isZero();
    }

    /** By a station that has all its own keys. */
    @Test
    void aLogThatWasWrittenAnewIsNoticed() {
        steward("audit", "verify");
        log.clear();
        hash = AuditHash.NONE;
        for (int i = 0; i < 5; i++) {
            add("start", AuditEntry.Who.ITSELF, "", "nothing has happened");
        }

        assertThat(steward("audit", "verify")).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(err()).contains("entry 4, or one before it, is another one than was verified here");
    }

    @Test
    void headsOfAnotherKeyAreNotTaken() throws Exception {
        steward("audit", "verify");
        key = Ed25519.generate();
        sign();

        assertThat(steward("audit", "verify")).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(err())
                .contains(
                        "the signed head of entry 4 is by the key " + key.key().id());
    }

    @Test
    void whatIsExportedIsVerifiedFromTheFileAlone() throws Exception {
        assertThat(steward("audit", "export")).isZero();
        Path file = data.resolve("audit.jsonl");
        Files.writeString(file, out());

        station.close();
        assertThat(steward("audit", "verify", "--file", file.toString())).isZero();
        assertThat(out()).contains("audit.jsonl holds: 4 entries");
        byte[] bytes = Files.readAllBytes(file);
        for (int at = 0; at < bytes.length; at += 7) {
            byte[] other = bytes.clone();
            other[at] ^= 1;
            Files.write(file, other);
            assertThat(steward("audit", "verify", "--file", file.toString(), "--forget"))
                    .as("byte %d of %s".formatted(at, new String(bytes, StandardCharsets.UTF_8)))
                    .isEqualTo(ExitCode.SOME_FAILED);
        }
    }

    @Test
    void whatWasExportedEarlierIsVerifiedAndTakesNothingBack() throws Exception {
        steward("audit", "export");
        Path file = Files.writeString(data.resolve("audit.jsonl"), out());
        add("stop", AuditEntry.Who.ITSELF, "", "the station stops");
        steward("audit", "verify");

        assertThat(steward("audit", "verify", "--file", file.toString())).isZero();
        log.removeLast();
        assertThat(steward("audit", "verify")).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(err()).contains("it ends with entry 4, and 5 were verified here");
    }

    @Test
    void aLogOfAnotherFleetIsNotTakenForThisOnes() throws Exception {
        log.clear();
        hash = AuditHash.NONE;
        add("start", AuditEntry.Who.ITSELF, "", "version 1");
        sign(new FleetId("ffffffffffffffffffffffffffffffff"));

        assertThat(steward("audit", "verify")).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(err()).contains("it is of a station of the fleet ffff", "this operator's is " + FLEET);
    }

    @Test
    void theListIsNewestFirstAndCanBeNarrowed() {
        assertThat(steward("audit", "list")).isZero();
        assertThat(out().lines().skip(1).map(line -> line.split(" +", -1)[0])).containsExactly("4", "3", "2", "1");
        assertThat(out()).contains("order", "ann", ID).contains("(ci)");

        out.reset();
        assertThat(steward("audit", "list", "--by", "ci")).isZero();
        assertThat(out().lines()).hasSize(2);
        out.reset();
        assertThat(steward("audit", "list", "--on", ID.substring(0, 8), "--json"))
                .isZero();
        assertThat(out()).startsWith("{\"number\":2,").contains("\"by\":\"ann\"");
        assertThat(steward("audit", "list", "--action", "nothing")).isZero();
        assertThat(err()).contains("no such entries");
    }

    private void add(String action, AuditEntry.Who who, String on, String text) {
        long number = log.size() + 1L;
        byte[] entry = new AuditEntry(
                        number,
                        WHEN,
                        action,
                        who,
                        on.isEmpty() ? Optional.empty() : Optional.of(on),
                        text,
                        Optional.empty())
                .encode();
        hash = hash.then(entry);
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("number", number);
        row.put("entry", new String(entry, StandardCharsets.UTF_8));
        row.put("hash", hash.hex());
        row.put("head", null);
        log.add(row);
    }

    private void sign() throws Exception {
        sign(FLEET);
    }

    private void sign(FleetId fleet) throws Exception {
        var head = new AuditHead(
                CommandId.create(WHEN, new Random(1)), fleet, key.key(), WHEN, NodeName.CENTRAL, log.size(), hash);
        log.getLast().put("head", new String(SignedDocument.sign(head, key).encode(), StandardCharsets.UTF_8));
    }
}
