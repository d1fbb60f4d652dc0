// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.OutputStreamName;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.SignedDocument;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The station's API, a method an operation of {@code openapi.yaml}. Safe for use by several threads. */
public final class StationClient {
    /** What the station is. */
    public record Version(String version, String station, long generation) {}

    private static final String COMMANDS = "/api/v1/commands";
    private static final String HELD = "/api/v1/held";
    private static final String OPERATORS = "/api/v1/operators";

    /** Pages of commands and of executions without output. */
    private static final int PAGE = 500;

    /** Pages of executions with output are smaller, as one may hold 640 KiB. */
    private static final int PAGE_WITH_OUTPUT = 100;

    /** More than an agent keeps of a stream. */
    public static final int WHOLE_OUTPUT = 1024 * 1024;

    /** The station writes at least a comment every 15 s. */
    private static final Duration STREAM_SILENCE = Duration.ofSeconds(45);

    private static final Duration DOWNLOAD_SILENCE = Duration.ofSeconds(30);

    private final Http http;
    private final String url;
    private final Retries retries;

    public StationClient(URI url, String token) {
        this(url, token, Optional.empty());
    }

    /** @param authorities who may vouch for a station that is reached over TLS; whom Java knows where none are given */
    public StationClient(URI url, String token, Optional<Authorities> authorities) {
        this(url, token, authorities, Retries.ORDERING);
    }

    StationClient(URI url, String token, Optional<Authorities> authorities, Retries retries) {
        this.http = new Http(url, token, authorities);
        this.url = url.toString();
        this.retries = retries;
    }

    public String url() {
        return url;
    }

    public Version version() throws Failure {
        return decode(
                get("/api/v1/version"),
                json -> new Version(
                        json.text("version"), json.text("station"), json.integer("generation", 0, Long.MAX_VALUE)));
    }

    public StatusInfo status() throws Failure {
        return decode(get("/api/v1/status"), StatusInfo::from);
    }

    /** Events, newest first; {@code before} leaves out those from that position on. */
    public List<EventInfo> events(Optional<String> node, int limit, long before) throws Failure {
        String path = "/api/v1/events?limit=" + Math.min(limit, PAGE) + "&before=" + before
                + node.map(name -> "&node=" + Http.encode(name)).orElse("");
        return decode(get(path), json -> map(json.objects("events", PAGE), EventInfo::from));
    }

    /** Entries of the audit log above that number, in order; none where it ends there. */
    public List<AuditInfo> auditAfter(long number) throws Failure {
        return audit("after=%d&limit=%d".formatted(number, PAGE));
    }

    /** Entries of the audit log below that number, the last first. */
    public List<AuditInfo> auditBefore(long number, int limit) throws Failure {
        return audit("before=%d&limit=%d".formatted(number, Math.min(limit, PAGE)));
    }

    private List<AuditInfo> audit(String query) throws Failure {
        return decode(get("/api/v1/audit?" + query), json -> map(json.objects("entries", PAGE), AuditInfo::from));
    }

    /** Commands that wait for signatures, newest first. */
    public List<CommandInfo> held(int limit, Optional<String> before) throws Failure {
        return commands(limit, before, "&held=true");
    }

    /** The documents of a command as the station shows them: to be checked. */
    public List<SignedDocument> documents(String id) throws Failure {
        return decode(get(path(id) + "/documents"), json -> {
            var documents = new ArrayList<SignedDocument>();
            for (String text : json.texts("documents", Limits.PARTS_PER_COMMAND)) {
                documents.add(SignedDocument.decode(text.getBytes(StandardCharsets.UTF_8)));
            }
            return documents;
        });
    }

    /** Hands in further signatures of a command that is held. */
    public CommandInfo sign(String id, List<byte[]> documents) throws Failure, InterruptedException {
        return decode(post(path(id) + "/signatures", documents, "signature", "steward pending"), CommandInfo::from);
    }

    public List<NodeInfo> nodes() throws Failure {
        return decode(get("/api/v1/nodes"), json -> map(json.objects("nodes", Limits.NODES), NodeInfo::from));
    }

    /** One agent is left of a frozen node. */
    public void unfreeze(NodeName node) throws Failure {
        try {
            Http.Answer answer =
                    http.post("/api/v1/nodes/%s/unfreeze".formatted(Http.encode(node.value())), new byte[0]);
            if (answer.status() / 100 != 2) {
                throw refused(answer);
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /** Another link at each call. */
    public PageLink pageLink() throws Failure {
        try {
            return decode(checked(http.post("/api/v1/page-links", new byte[0])), PageLink::from);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /**
     * Orders all documents, each signed, or none. What may or may not have arrived is sent again with the same bytes, which changes
     * nothing where it had.
     */
    public List<CommandInfo> order(List<byte[]> documents, String ids) throws Failure, InterruptedException {
        JsonObject answer = post(COMMANDS, documents, "order", "steward show " + ids);
        return decode(answer, json -> map(json.objects("commands", Limits.DOCUMENTS_PER_ORDER), CommandInfo::from));
    }

    /** @param documents signed, as in {@link #order} */
    public CommandInfo cancel(String id, List<byte[]> documents) throws Failure, InterruptedException {
        return decode(post(path(id) + "/cancel", documents, "cancellation", "steward show " + id), CommandInfo::from);
    }

    /** How machines become nodes of this station. */
    public EnrolmentClient enrolment() {
        return new EnrolmentClient(this);
    }

    /** Its bearer tokens. */
    public ApiTokenClient apiTokens() {
        return new ApiTokenClient(this);
    }

    public OperatorsInfo operators() throws Failure {
        return decode(get(OPERATORS), OperatorsInfo::from);
    }

    /**
     * Hands in a list of operators; one that is not the next is a conflict.
     *
     * @return what waits, where further authorities must sign it
     */
    public Optional<HeldInfo> offerOperators(SignedDocument list) throws Failure, InterruptedException {
        return decode(
                post(OPERATORS, List.of(list.encode()), "list of operators", "steward operator list"),
                HeldInfo::oneFrom);
    }

    /** Lists of operators and records of nodes that wait for signatures of authorities; a station of an earlier build has none. */
    public List<HeldInfo> heldDocuments() throws Failure {
        try {
            return decode(get(HELD), HeldInfo::listFrom);
        } catch (Failure e) {
            if (e.isNotFound()) {
                return List.of();
            }
            throw e;
        }
    }

    /** Hands in one more signature; empty where the document has taken effect. */
    public Optional<HeldInfo> signHeld(String id, SignedDocument signed) throws Failure, InterruptedException {
        return decode(
                post(heldPath(id) + "/signatures", List.of(signed.encode()), "signature", "steward pending"),
                HeldInfo::oneFrom);
    }

    /** Has such a document wait no more. */
    public void turnDown(String id, SignedDocument says) throws Failure {
        String text = new String(says.encode(), StandardCharsets.UTF_8);
        try {
            Http.Answer answer = http.post(heldPath(id) + "/turn-down", Json.bytes(Map.of("documents", List.of(text))));
            if (answer.status() / 100 != 2) {
                throw refused(answer);
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private static String heldPath(String id) {
        return HELD + "/" + Http.encode(id);
    }

    /** Commands, newest first; {@code before} leaves out that id and all later ones. */
    public List<CommandInfo> commands(int limit, Optional<String> before) throws Failure {
        return commands(limit, before, "");
    }

    private List<CommandInfo> commands(int limit, Optional<String> before, String more) throws Failure {
        String path = COMMANDS + "?limit=" + Math.min(limit, PAGE) + more
                + before.map(id -> "&before=" + Http.encode(id)).orElse("");
        return decode(get(path), json -> map(json.objects("commands", PAGE), CommandInfo::from));
    }

    /** @param id also a unique prefix */
    public CommandInfo command(String id) throws Failure {
        return decode(get(path(id)), CommandInfo::from);
    }

    /** Passes on every execution by node name, page by page. {@code outputBytes} of each stream come along. */
    public void executions(String id, int outputBytes, Consumer<ExecutionInfo> each) throws Failure {
        String path = "%s/executions?output=%d&limit=%d"
                .formatted(path(id), outputBytes, outputBytes == 0 ? PAGE : PAGE_WITH_OUTPUT);
        Optional<String> after = Optional.empty();
        do {
            JsonObject page =
                    get(path + after.map(node -> "&after=" + Http.encode(node)).orElse(""));
            decode(page, json -> map(json.objects("executions", PAGE), ExecutionInfo::from))
                    .forEach(each);
            after = decode(page, json -> json.optionalText("next"));
        } while (after.isPresent());
    }

    public List<ExecutionInfo> executions(String id, int outputBytes) throws Failure {
        var all = new ArrayList<ExecutionInfo>();
        executions(id, outputBytes, all::add);
        return all;
    }

    /** The bytes that a command wrote on a node, as far as the station has them. */
    public InputStream output(String id, String node, OutputStreamName stream) throws Failure {
        String path = "%s/output/%s/%s".formatted(path(id), Http.encode(node), stream);
        try {
            return open(path, "application/octet-stream", DOWNLOAD_SILENCE);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /** The stream of a command's events after the one with the id {@code last}. */
    InputStream stream(String command, String last) throws Failure, IOException {
        String path = "/api/v1/stream?command=%s&lastEventId=%s".formatted(Http.encode(command), Http.encode(last));
        return open(path, "text/event-stream", STREAM_SILENCE);
    }

    private static String path(String id) {
        return COMMANDS + "/" + Http.encode(id);
    }

    private InputStream open(String path, String accept, Duration silence) throws Failure, IOException {
        Http.OpenAnswer answer = http.open(path, accept, silence);
        if (answer.status() != 200) {
            try (InputStream body = answer.body()) {
                throw refused(new Http.Answer(answer.status(), body.readNBytes(64 * 1024)));
            }
        }
        return answer.body();
    }

    JsonObject get(String path) throws Failure {
        try {
            return checked(http.get(path));
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    /** What is there no more is an error too. */
    void delete(String path) throws Failure {
        try {
            Http.Answer answer = http.delete(path);
            if (answer.status() / 100 != 2) {
                throw refused(answer);
            }
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    JsonObject post(String path, List<byte[]> documents, String what, String see) throws Failure, InterruptedException {
        List<String> texts = documents.stream()
                .map(document -> new String(document, StandardCharsets.UTF_8))
                .toList();
        return post(path, Json.bytes(Map.of("documents", texts)), what, see);
    }

    /** @param body of which a second copy changes nothing */
    JsonObject post(String path, byte[] body, String what, String see) throws Failure, InterruptedException {
        if (body.length > Limits.REQUEST_BYTES) {
            throw Failure.usage("the %s is %d bytes in one request, at most %d are possible; split it"
                    .formatted(what, body.length, Limits.REQUEST_BYTES));
        }
        boolean maybeArrived = false;
        for (int attempt = 1; ; attempt++) {
            try {
                return checked(http.post(path, body));
            } catch (Http.NotConnectedException | Http.NotBelievedException e) {
                if (!maybeArrived) {
                    throw unreachable(e); // nothing was sent, so the operator decides
                }
                giveUpAfter(attempt, e, what, see);
            } catch (IOException e) {
                maybeArrived = true;
                giveUpAfter(attempt, e, what, see);
            }
            Thread.sleep(retries.pauseAfter(attempt));
        }
    }

    private void giveUpAfter(int attempt, IOException e, String what, String see) throws Failure {
        if (attempt >= retries.attempts()) {
            throw Failure.unreachable("""
                    the connection to the station at %s broke (%s), and the %s may or may not have arrived
                      see with: %s""".formatted(url, Http.reason(e), what, see));
        }
    }

    private JsonObject checked(Http.Answer answer) throws Failure {
        if (answer.status() / 100 != 2) {
            throw refused(answer);
        }
        try {
            return Json.object(answer.body(), Http.ANSWER_BYTES);
        } catch (RefusedException e) {
            throw unreadable(e);
        }
    }

    private Failure refused(Http.Answer answer) {
        String message = errorText(answer);
        return switch (answer.status()) {
            case 401 -> Failure.credential("the station at %s refused the token: %s".formatted(url, message));
            case 403 -> Failure.credential("the station at %s refused it: %s".formatted(url, message));
            case 429 ->
                Failure.credential(
                        "the station at %s hears no more wrong tokens from here: %s".formatted(url, message));
            case 404 -> Failure.notFound(message);
            case 409 -> Failure.conflict(message);
            case 400, 413 -> Failure.usage(message);
            case 507 -> Failure.unreachable("the station at %s takes no order: %s".formatted(url, message));
            default -> Failure.unreachable("the station at %s can't answer: %s".formatted(url, message));
        };
    }

    private static String errorText(Http.Answer answer) {
        try {
            return Json.object(answer.body(), 64 * 1024).object("error").text("message");
        } catch (RefusedException e) {
            return "HTTP status " + answer.status(); // something else answers at this address
        }
    }

    private Failure unreachable(IOException e) {
        if (e instanceof Http.NotBelievedException) {
            return Failure.credential(String.valueOf(e.getMessage()));
        }
        Failure failure = Failure.unreachable(
                "the station at %s can't be reached: %s\n  is it running? `steward up` starts one here"
                        .formatted(url, Http.reason(e)));
        boolean talkedTo = !(e instanceof Http.NotConnectedException);
        return talkedTo && url.startsWith("http://")
                ? failure.with("if it speaks TLS, its URL is https" + url.substring("http".length()))
                : failure;
    }

    static Failure unreadable(RefusedException e) {
        return Failure.unreachable(
                "the station's answer can't be understood, it may be of another version: " + e.getMessage());
    }

    interface Reading<T> {
        T from(JsonObject json) throws RefusedException;
    }

    static <T> T decode(JsonObject json, Reading<T> reading) throws Failure {
        try {
            return reading.from(json);
        } catch (RefusedException e) {
            throw unreadable(e);
        }
    }

    static <T> List<T> map(List<JsonObject> objects, Reading<T> reading) throws RefusedException {
        var result = new ArrayList<T>(objects.size());
        for (JsonObject object : objects) {
            result.add(reading.from(object));
        }
        return result;
    }
}
