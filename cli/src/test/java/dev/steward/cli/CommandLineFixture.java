// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.KeySource;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.Document;
import dev.steward.message.FleetId;
import dev.steward.message.json.Json;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A command line in front of a {@link Station} that answers as the test wants. */
abstract class CommandLineFixture {
    static final Instant NOW = Instant.parse("2026-01-31T12:03:00Z");
    static final String ID = "019c0f5e-0000-7000-8000-000000000001";
    static final FleetId FLEET = new FleetId("00112233445566778899aabbccddeeff");
    static final String COMMANDS = "/api/v1/commands";

    @TempDir
    Path data;

    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final Map<String, String> environment = new HashMap<>();
    /** Whether somebody is there to answer, with what {@link #in} holds. */
    boolean atTerminal;

    InputStream in = InputStream.nullInputStream();
    Station station;
    Identity operator;

    @BeforeEach
    void startStation() throws Exception {
        station = new Station();
        station.writeFile(data, Station.TOKEN);
        environment.put("STEWARD_DATA", data.toString());
        operator =
                new OperatorFolder(data.resolve("operator")).create("ann", FLEET, new KeySource.Own(), surroundings());
        approvedBy(operator);
    }

    /** The station shows a record of every node that is asked for, signed by one operator. */
    void approvedBy(Identity authority) {
        station.on("GET /api/v1/node-records", exchange -> {
            var records = new ArrayList<String>();
            for (String each : exchange.getRequestURI().getQuery().split("&", -1)) {
                String name = each.substring("node=".length());
                records.add(signed(Records.approval(authority, name, Station.machine(name), 1), authority));
            }
            Station.send(exchange, 200, Json.text(Map.of("records", records)));
        });
    }

    static String signed(Document document, Identity by) {
        try {
            return new String(by.sign(document).encode(), StandardCharsets.UTF_8);
        } catch (Failure e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void stopStation() {
        station.close();
    }

    AtomicReference<Document.Command> orderIsAccepted(String state, int total) {
        var ordered = new AtomicReference<Document.Command>();
        station.on("GET /api/v1/nodes", 200, Station.nodes("ship1", "ship2"));
        station.on("POST " + COMMANDS, exchange -> {
            try {
                String document =
                        documents(exchange.getRequestBody().readAllBytes()).getFirst();
                ordered.set((Document.Command) read(document));
            } catch (Exception e) {
                throw new IOException(e);
            }
            String id = ordered.get().id().toString();
            Station.send(exchange, 201, "{\"commands\":[" + Station.command(id, state, total, "") + "]}");
        });
        return ordered;
    }

    static List<String> documents(byte[] body) throws IOException {
        try {
            return Json.object(body, body.length).texts("documents", 500);
        } catch (dev.steward.message.RefusedException e) {
            throw new IOException(e);
        }
    }

    /** What the operator here has signed. */
    Document read(String signed) throws dev.steward.message.RefusedException {
        SignedDocument document = SignedDocument.decode(bytes(signed));
        assertThat(document.isSignedBy(operator.signer().key(), Signatures.ED25519))
                .isTrue();
        assertThat(document.read().issuer()).isEqualTo(operator.id());
        assertThat(document.read().fleet()).isEqualTo(FLEET);
        return document.read();
    }

    /** The longer beginning of the path goes before that of the command itself. */
    void executionsAre(String... executions) {
        station.on("GET " + COMMANDS + "/0", exchange -> {
            boolean asked = exchange.getRequestURI().getPath().endsWith("/executions");
            String command = Station.command(ID, executions[0].contains("queued") ? "running" : "succeeded", 1, "");
            Station.send(exchange, 200, asked ? Station.executions(executions) : command);
        });
    }

    int steward(String... args) {
        return Main.commandLine(surroundings()).execute(args);
    }

    Surroundings surroundings() {
        return new Surroundings(
                in, print(out), print(err), atTerminal, false, atTerminal, environment, InstantSource.fixed(NOW));
    }

    private static PrintStream print(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
