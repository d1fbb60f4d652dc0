// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.fuzz;

import dev.steward.e2e.TestOperator;
import dev.steward.message.Ack;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.EnrolmentToken;
import dev.steward.message.ErrorEvent;
import dev.steward.message.ExecutionState;
import dev.steward.message.Inquiry;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.OperatorList;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.Subject;
import dev.steward.message.Target;
import dev.steward.message.TurnDown;
import dev.steward.message.WireMessage;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.broker.Credentials;
import dev.steward.message.broker.Nkey;
import dev.steward.message.broker.Role;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Frame;
import dev.steward.message.link.FrameCodec;
import dev.steward.message.link.Lane;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.Session;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.DocumentDigest;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.OpenSshKey;
import dev.steward.message.signing.SignedDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Writes genuine inputs of each parser, for the fuzzers to begin with: {@code Seeds FOLDER}. Their keys are of no use. */
final class Seeds {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final NodeName SHIP1 = new NodeName("ship1");
    private static final Ed25519 KEY = Ed25519.generate();
    private static final LinkKeyPair LINK = LinkKeyPair.generate();
    private static final CommandId ID = CommandId.create(NOW, new SecureRandom());
    private static final BrokerKeys BROKER =
            BrokerKeys.generate(NOW, NodeName.CENTRAL, KEY.key().id());

    private final Path folder;

    private Seeds(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] arguments) throws IOException {
        new Seeds(Path.of(arguments[0])).write();
    }

    private void put(Parser parser, String name, byte[] input) throws IOException {
        Path file = Files.createDirectories(folder.resolve(parser.toString())).resolve(name);
        Files.write(file, input);
    }

    private void put(Parser parser, String name, String input) throws IOException {
        put(parser, name, input.getBytes(StandardCharsets.UTF_8));
    }

    private void write() throws IOException {
        documents();
        frames();
        acks();
        enrolment();
        keys();
    }

    private void documents() throws IOException {
        var command = new Document.Command(
                ID,
                TestOperator.FLEET,
                1,
                2,
                KEY.key().id(),
                NOW,
                List.of(new Target(SHIP1, KEY.key().id())),
                "shellcommand",
                "operatingsystem",
                JsonObject.of(Map.of("shell", "uptime")),
                NOW.plus(Duration.ofHours(1)),
                Optional.of(Duration.ofMinutes(5)),
                true,
                true);
        var cancel = new Document.Cancel(ID, TestOperator.FLEET, KEY.key().id(), NOW, command.targets(), ID);
        var operator = new OperatorList.Operator("bob", KEY.key(), Optional.of(NOW), Optional.of(NOW));
        var list = new OperatorList(ID, TestOperator.FLEET, KEY.key().id(), NOW, 7, List.of(operator));
        var turnDown = new TurnDown(ID, TestOperator.FLEET, KEY.key().id(), NOW, DocumentDigest.of(list.encode()));
        Map<String, Document> all = Map.of(
                "command",
                command,
                "cancel",
                cancel,
                "operators",
                list,
                "node",
                record(),
                "enrolment",
                request(),
                "turn-down",
                turnDown);
        for (Map.Entry<String, Document> each : all.entrySet()) {
            put(Parser.DOCUMENT, each.getKey(), each.getValue().encode());
            put(Parser.SIGNED_DOCUMENT, each.getKey(), TestOperator.sign(each.getValue(), KEY));
        }
    }

    private static NodeRecord record() {
        return new NodeRecord(
                ID,
                TestOperator.FLEET,
                KEY.key().id(),
                NOW,
                3,
                SHIP1,
                KEY.key(),
                LINK.key(),
                Optional.of(KEY.key()),
                Optional.of(NOW));
    }

    private static EnrolmentRequest request() {
        return new EnrolmentRequest(ID, TestOperator.FLEET, NOW, ID, SHIP1, KEY.key(), LINK.key(), KEY.key());
    }

    private void frames() throws IOException {
        var session = new Session("0123456789abc");
        var peer = new Session("vvvvvvvvvvvvv");
        var envelope = new Frame.Envelope(NodeName.CENTRAL, SHIP1, 1_700_000_000, session, 2);
        Map<Lane, Frame.Receipt> receipts =
                Map.of(Lane.CONTROL, new Frame.Receipt(3, 1000), Lane.BULK, new Frame.Receipt(0, 0));
        var hello = new Frame.Hello(
                envelope,
                Optional.of(peer),
                17,
                OptionalLong.of(4),
                true,
                false,
                NOW,
                Duration.ofSeconds(30),
                Map.of(Lane.RESULTS, new Frame.Progress(5, 6, 7)),
                "digest",
                "known",
                Optional.of(JsonObject.of(Map.of("os", "Debian", "cores", 2L, "load", 0.5))),
                3,
                true,
                Optional.of(new AuditMark(12, AuditHash.NONE.then(new byte[] {1}))));
        byte[] body = "{\"shell\":\"uptime\"} and some more that is worth to be packed: packed, packed, packed"
                .getBytes(StandardCharsets.UTF_8);
        Map<String, Frame> all = Map.of(
                "data",
                new Frame.Data(
                        envelope,
                        peer,
                        Lane.CONTROL,
                        1,
                        new MessageId(peer, 9),
                        Subject.command(SHIP1, "shellcommand", "operatingsystem"),
                        new byte[] {'h', 'i'}),
                "packed",
                new Frame.Data(
                        envelope,
                        peer,
                        Lane.BULK,
                        2,
                        new MessageId(session, 10),
                        Subject.ack(SHIP1, "shellcommand", "operatingsystem"),
                        body),
                "recorded",
                new Frame.Recorded(envelope, peer, receipts),
                "resend",
                new Frame.Resend(envelope, peer, Lane.RESULTS, 2, 5),
                "hello",
                hello);
        for (Map.Entry<String, Frame> each : all.entrySet()) {
            put(Parser.FRAME, each.getKey(), wire(FrameCodec.encode(each.getValue())));
        }
        put(Parser.SEAL, "packed", wire(FrameCodec.encode(Objects.requireNonNull(all.get("packed")))));
    }

    private static byte[] wire(WireMessage message) {
        var out = new ByteArrayOutputStream();
        var head = new StringBuilder(message.subject()).append('\n');
        message.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append('\n'));
        out.writeBytes(head.append('\n').toString().getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(message.body());
        return out.toByteArray();
    }

    private void acks() throws IOException {
        var chunk = new OutputChunk(OutputStreamName.STDOUT, 5, new byte[] {1, '\n', 2});
        var outcome = new Outcome(
                ExecutionState.FAILED,
                2,
                OptionalInt.of(-1),
                Optional.of("why"),
                Optional.of(NOW),
                NOW,
                Optional.of(Duration.ofMillis(12)),
                5,
                6,
                3,
                List.of(chunk, new OutputChunk(OutputStreamName.STDERR, 0, new byte[0])));
        Map<String, Ack> all = Map.of(
                "started", new Ack.Started(ID, 1, NOW),
                "waiting", new Ack.Waiting(ID),
                "unsure", new Ack.Unsure(ID),
                "output", new Ack.Output(ID, 1, chunk),
                "finished", new Ack.Finished(ID, outcome),
                "unknown", new Ack.Unknown(ID),
                "cancel-refused", new Ack.CancelRefused(ID, "too late"));
        for (Map.Entry<String, Ack> each : all.entrySet()) {
            put(Parser.ACK, each.getKey(), each.getValue().encode());
        }
        var entry = new Inquiry.Entry(ID, 1, Optional.of(ExecutionState.SUCCEEDED));
        put(Parser.INQUIRY, "one", new Inquiry(new Session("0123456789abc"), 2, List.of(entry)).encode());
        put(Parser.ERROR_EVENT, "one", new ErrorEvent("process", "it \"failed\"", NOW, Optional.of("0")).encode());
    }

    private void enrolment() throws IOException {
        String token = BROKER.token(Role.NODE, "ship1", KEY.key(), NOW, Optional.empty());
        var login = new BrokerLogin(KEY.key().id(), new Credentials(Optional.of(token), KEY));
        put(
                Parser.ENROLMENT_TOKEN,
                "whole",
                new EnrolmentToken(
                                ID,
                                TestOperator.FLEET,
                                KEY,
                                NodeName.CENTRAL,
                                LINK.key(),
                                "tls://127.0.0.1:4222",
                                Optional.of(login),
                                "anna",
                                KEY.key(),
                                "full",
                                Optional.of(SHIP1),
                                NOW)
                        .text());
        SignedDocument record = signedRecord();
        put(
                Parser.ENROLMENT_ANSWER,
                "approved",
                EnrolmentAnswer.approved(ID, record).withBrokerToken(token).encode());
        put(
                Parser.ENROLMENT_ANSWER,
                "refused",
                EnrolmentAnswer.refused(ID, "no").encode());
        put(Parser.ENROLMENT_ANSWER, "pending", EnrolmentAnswer.pending(ID).encode());
        put(Parser.CREDENTIALS, "whole", login.credentials().text());
        put(Parser.CREDENTIALS, "no-token", new Credentials(Optional.empty(), KEY).text());
    }

    private static SignedDocument signedRecord() {
        try {
            return SignedDocument.decode(TestOperator.sign(record(), KEY));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void keys() throws IOException {
        put(Parser.KEY_FILE, "one", new OpenSshKey(KEY, "anna").text());
        put(Parser.NAMES, "key", KEY.key().toString());
        put(Parser.NAMES, "key-id", KEY.key().id().toString());
        put(Parser.NAMES, "link-key", LINK.key().toString());
        put(Parser.NAMES, "nkey", Nkey.USER.text(KEY.key()));
        put(Parser.NAMES, "seed", Nkey.USER.seed(KEY));
        put(Parser.NAMES, "command-id", ID.toString());
        put(Parser.NAMES, "fleet", TestOperator.FLEET.toString());
        put(Parser.NAMES, "message-id", "0123456789abc-17");
        put(Parser.NAMES, "subject", "ship1.command.shellcommand.operatingsystem");
        put(Parser.TRUST_FILE, "full", TestOperator.trustFile());
        put(Parser.TRUST_FILE, "rules", head(TestOperator.trustFile()) + RULES);
        put(Parser.YAML, "rules", RULES);
        put(Parser.JSON, "values", "{\"a\":[1,-2.5,true,null,\"\\u00e4\\n\",{}],\"b\":{\"c\":9223372036854775807}}");
        put(Parser.ARGUMENTS, "shell", "{\"shell\":\"uptime\",\"stdin\":\"x\"}");
        put(
                Parser.ARGUMENTS,
                "command",
                "{\"command\":[\"ls\",\"-l\"],\"environment\":{\"LANG\":\"C\"},\"workingDirectory\":\"/srv\"}");
        put(Parser.STATION_REQUEST, "event-id", "0123456789abc-17");
        put(Parser.STATION_REQUEST, "documents", Json.text(Map.of("documents", List.of("{}\n{}", "\u00e4"))));
        put(
                Parser.STATION_ANSWER,
                "stream",
                "id: 0123456789abc-1\nevent: transition\ndata: {\"command\":\"x\",\"state\":\"running\"}\n\n: beat\n\n");
        put(
                Parser.STATION_ANSWER,
                "event",
                "{\"position\":1,\"at\":\"2026-11-23T12:00:00.000Z\",\"node\":\"ship1\",\"source\":\"x\",\"kind\":\"x\",\"text\":\"y\"}");
        put(
                Parser.STATION_ANSWER,
                "link",
                "{\"url\":\"http://127.0.0.1/\",\"expiresAt\":\"2026-11-23T12:00:00.000Z\"}");
    }

    private static String head(String trustFile) {
        return trustFile.substring(0, trustFile.indexOf("rules:"));
    }

    private static final String RULES = """
            rules:
              - profile: observe
                by: '*'
              - allow: shellcommand
                by: [anna, bob]
                signatures: 1
                domain: operatingsystem
                nodes: 10
                hours: ["Mon-Fri 08:00-18:00", "Sat 09:00-12:00"]
                zone: Europe/Oslo
                commands:
                  - [systemctl, restart, nginx]
                  - [journalctl, -u, {match: '[a-z0-9-]+'}, {rest: '--no-pager|--lines=[0-9]{1,4}'}]
                environment: [LANG]
                directories: [/srv, &log /var/log]
                stdin: true
              - {allow: cancel, by: [bob]}
            """;
}
