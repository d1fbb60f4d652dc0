// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static dev.steward.station.core.Role.APPROVER;
import static dev.steward.station.core.Role.OPERATOR;
import static dev.steward.station.core.Role.VIEWER;

import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.OutputStreamName;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.seal.LinkKey;
import dev.steward.station.core.Answer;
import dev.steward.station.core.Role;
import dev.steward.station.ledger.LedgerReader;
import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.jspecify.annotations.Nullable;

/** The HTTP API, as {@code openapi.yaml} says. Reads the ledger itself; hands orders to the station's loop. */
public final class Api implements AutoCloseable {
    private static final Pattern ID_PREFIX = Pattern.compile("[0-9a-f-]{4,36}");
    private static final long MAX_INLINE_OUTPUT = 1024 * 1024;
    private static final int HTTPS_PORT = 443;
    private static final int MAX_LINK_REQUEST = 1024;

    /**
     * How the API is served.
     *
     * @param tls by which it is served; without it plainly
     * @param token bearer token of this machine, which may do everything
     * @param sessionKey by which sessions of the page are known
     * @param station name of the station's node
     * @param linkKey of its links, and {@code broker} where it finds the broker: what tokens tell
     * @param clock by which links and sessions of the page end
     */
    public record Settings(
            String host,
            int port,
            Optional<ServerTls> tls,
            String token,
            byte[] sessionKey,
            NodeName station,
            LinkKey linkKey,
            String broker,
            Optional<BrokerKeys> brokerKeys,
            String version,
            long generation,
            InstantSource clock) {}

    private final Settings settings;
    private final Orders orders;
    private final LedgerReader ledger;
    private final Views views;
    private final EventStream stream;
    private final HeldRoutes held;
    private final Sessions sessions;
    private final String scheme;
    private final String cookie;
    private final Access access;
    private final Health.Source health;
    private final Page page = new Page();
    private final Javalin server;

    /** Starts to serve. */
    public Api(
            Settings settings, Orders orders, LedgerReader ledger, Feed feed, Presence presence, Health.Source health) {
        this.settings = settings;
        this.health = health;
        this.orders = orders;
        this.ledger = ledger;
        this.views = new Views(presence);
        this.stream = new EventStream(ledger, feed, presence, views);
        this.held = new HeldRoutes(orders, ledger);
        int port = settings.port();
        var tokens = new BearerTokens(settings.token(), orders::apiTokens, settings.clock());
        this.sessions = new Sessions(settings.sessionKey(), tokens, settings.clock());
        this.scheme = settings.tls().isPresent() ? "https://" : "http://";
        // A browser shares cookies between the ports of a host. With the prefix none but this host can set it.
        this.cookie = (settings.tls().isPresent() ? "__Host-steward-" : "steward-") + port;
        this.access = new Access(tokens, hosts(settings), scheme, sessions, cookie, settings.clock());
        this.server = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.concurrency.useVirtualThreads = true;
            config.http.maxRequestSize = Limits.REQUEST_BYTES;
            config.jetty.modifyServer(jetty -> {
                jetty.setStopTimeout(0);
                jetty.addBean(new NetworkConnectionLimit(Limits.API_CONNECTIONS, jetty));
            });
            settings.tls()
                    .ifPresent(tls -> config.jetty.addConnector(
                            (jetty, http) -> tls.connector(jetty, http, settings.host(), port)));
            Errors.register(config, new Refusals(orders, settings.clock()));
            route(config.routes);
        });
        if (settings.tls().isPresent()) {
            server.start(); // at its connector, and nowhere else
        } else {
            server.start(settings.host(), port);
        }
    }

    /** Values of the Host header that mean this station. */
    private static Set<String> hosts(Settings settings) {
        var names = new HashSet<>(List.of("localhost", "127.0.0.1", "[::1]"));
        settings.tls().ifPresent(tls -> names.addAll(tls.hosts()));
        var hosts = new HashSet<String>();
        for (String name : names) {
            hosts.add(name + ":" + settings.port());
            if (settings.tls().isPresent() && settings.port() == HTTPS_PORT) {
                hosts.add(name);
            }
        }
        return hosts;
    }

    @Override
    public void close() {
        stream.close();
        server.stop();
    }

    /** Every route of the API with the role that it takes, for instance {@code GET /api/v1/nodes}; a GET serves HEAD too. */
    Map<String, Optional<Role>> routes() {
        var routes = new LinkedHashMap<String, Optional<Role>>();
        server.unsafe.internalRouter.allHttpHandlers().stream()
                .map(parsed -> parsed.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod() && endpoint.path.startsWith("/api/"))
                .forEach(endpoint -> {
                    String method = endpoint.method.equals(HandlerType.HEAD) ? "GET" : endpoint.method.name();
                    Optional<Role> role = Routes.role(endpoint);
                    routes.merge(
                            method + " " + endpoint.path,
                            role,
                            (one, other) -> one.equals(other) ? one : Optional.empty());
                });
        return routes;
    }

    private void route(RoutesConfig routes) {
        routes.before(Page::guard);
        routes.before(access::host);
        routes.before("/api/*", access::check);
        routes.beforeMatched(Routes::check);
        page.route(routes);
        routeApi(new Routes(routes));
    }

    private void routeApi(Routes routes) {
        routes.get("/api/v1/version", VIEWER, this::version);
        routes.get("/api/v1/status", VIEWER, context -> json(context, Views.status(health.health())));
        routes.get("/api/v1/nodes", VIEWER, this::nodes);
        routes.post("/api/v1/nodes/{name}/unfreeze", APPROVER, this::unfreeze);
        routes.get("/api/v1/events", VIEWER, this::events);
        routes.get("/api/v1/operators", VIEWER, this::operators);
        routes.post("/api/v1/operators", APPROVER, this::publishOperators);
        held.route(routes);
        new EnrolmentRoutes(settings, orders, ledger, held).route(routes);
        new ApiTokenRoutes(orders, settings.clock()).route(routes);
        routes.postSigned("/api/v1/commands", OPERATOR, this::order);
        routes.get("/api/v1/commands", VIEWER, this::commands);
        routes.get("/api/v1/commands/{id}", VIEWER, context -> json(context, Views.command(command(context))));
        routes.get("/api/v1/commands/{id}/executions", VIEWER, this::executions);
        routes.get("/api/v1/commands/{id}/output/{node}/{stream}", VIEWER, this::output);
        routes.postSigned("/api/v1/commands/{id}/cancel", OPERATOR, this::cancel);
        routes.get("/api/v1/commands/{id}/documents", VIEWER, this::storedDocuments);
        routes.postSigned("/api/v1/commands/{id}/signatures", APPROVER, this::sign);
        routes.get("/api/v1/audit", VIEWER, this::audit);
        routes.get("/api/v1/stream", VIEWER, this::stream);
        routes.post("/api/v1/page-links", VIEWER, this::pageLink);
        routes.post(Access.SESSIONS, VIEWER, this::session);
        routes.get(Access.SESSION, VIEWER, context -> json(context, access.session(Caller.of(context), context)));
    }

    static void get(RoutesConfig routes, String path, Handler handler) {
        routes.get(path, handler);
        routes.head(path, handler); // without it Javalin answers HEAD by itself, with other headers than GET's
    }

    private void version(Context context) {
        var view = new LinkedHashMap<String, @Nullable Object>();
        view.put("version", settings.version());
        view.put("station", settings.station());
        view.put("generation", settings.generation());
        json(context, view);
    }

    private void nodes(Context context) throws InterruptedException {
        json(context, Map.of("nodes", ledger.nodes().stream().map(views::node).toList()));
    }

    private void unfreeze(Context context) throws InterruptedException {
        accepted(() -> orders.unfreeze(Caller.of(context).name(), NodeName.parse(context.pathParam("name"))));
        context.status(204);
    }

    private void events(Context context) throws InterruptedException {
        long before = number(context.queryParam("before"), "before", 1, Long.MAX_VALUE, Long.MAX_VALUE);
        int limit = (int) number(context.queryParam("limit"), "limit", 1, 500, 50);
        List<LedgerReader.Event> found = ledger.events(context.queryParam("node"), before, limit);
        json(context, Map.of("events", found.stream().map(Views::event).toList()));
    }

    private void operators(Context context) {
        json(context, Views.operators(orders.trust(), settings.clock().instant()));
    }

    private void publishOperators(Context context) throws InterruptedException {
        Answer.Accepted answer =
                outcome(() -> orders.operators(Caller.of(context).name(), documents(context, 1)));
        if (answer.held().isEmpty()) {
            operators(context);
        } else {
            held.waits(context, answer.held());
        }
    }

    private void order(Context context) throws InterruptedException {
        List<CommandId> ids = accepted(() -> {
            List<byte[]> documents = documents(context, Limits.DOCUMENTS_PER_ORDER);
            new ScopeCheck(Caller.of(context)).order(documents);
            return orders.order(Caller.of(context).name(), documents);
        });
        var commands = new ArrayList<Map<String, @Nullable Object>>();
        for (CommandId id : ids) {
            commands.add(Views.command(ledger.byPrefix(id.toString()).getFirst()));
        }
        context.status(201);
        json(context, Map.of("commands", commands));
    }

    /** In order of their parts, each with all its signatures: for whoever is asked to sign them as well. */
    private void storedDocuments(Context context) throws InterruptedException {
        List<String> documents = ledger.documents(command(context).id()).stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
        json(context, Map.of("documents", documents));
    }

    private void sign(Context context) throws InterruptedException {
        CommandId id = id(command(context));
        accepted(() -> {
            List<byte[]> documents = documents(context, Limits.PARTS_PER_COMMAND);
            new ScopeCheck(Caller.of(context)).order(documents);
            return orders.sign(Caller.of(context).name(), id, documents);
        });
        json(context, Views.command(command(context)));
    }

    private void audit(Context context) throws InterruptedException {
        int limit = (int) number(context.queryParam("limit"), "limit", 1, 500, 100);
        long before = number(context.queryParam("before"), "before", 1, Long.MAX_VALUE, Long.MAX_VALUE);
        String after = context.queryParam("after");
        List<LedgerReader.AuditRow> rows = after == null
                ? ledger.auditBefore(before, limit)
                : ledger.auditAfter(number(after, "after", 0, Long.MAX_VALUE, 0), limit);
        json(context, Map.of("entries", rows.stream().map(Views::audit).toList()));
    }

    private static CommandId id(LedgerReader.Command command) {
        try {
            return CommandId.parse(command.id());
        } catch (RefusedException e) {
            throw new IllegalStateException("an id in the ledger: " + e.getMessage(), e);
        }
    }

    private void cancel(Context context) throws InterruptedException {
        LedgerReader.Command command = command(context);
        CommandId id = id(command);
        accepted(() -> {
            List<byte[]> documents = documents(context, Limits.PARTS_PER_COMMAND);
            new ScopeCheck(Caller.of(context)).cancel(command.method(), documents);
            return orders.cancel(Caller.of(context).name(), id, documents);
        });
        context.status(202);
        json(context, Views.command(command(context)));
    }

    private void commands(Context context) throws InterruptedException {
        String before = context.queryParam("before");
        int limit = (int) number(context.queryParam("limit"), "limit", 1, 500, 50);
        List<LedgerReader.Command> found =
                ledger.commands(before == null ? "g" : before, limit, flag(context.queryParam("held"), "held"));
        json(context, Map.of("commands", found.stream().map(Views::command).toList()));
    }

    private void executions(Context context) throws InterruptedException {
        String command = command(context).id();
        int limit = (int) number(context.queryParam("limit"), "limit", 1, 500, 100);
        long output = number(context.queryParam("output"), "output", 0, MAX_INLINE_OUTPUT, 0);
        String after = context.queryParam("after");
        String node = context.queryParam("node");
        List<LedgerReader.ExecutionRow> rows = node == null
                ? ledger.executions(command, after == null ? "" : after, limit + 1)
                : ledger.execution(command, node).stream().toList();
        var list = new ArrayList<Map<String, @Nullable Object>>();
        boolean more = rows.size() > limit;
        for (LedgerReader.ExecutionRow row : more ? rows.subList(0, limit) : rows) {
            list.add(views.execution(
                    row,
                    output == 0 ? null : bytes(command, row.node(), "stdout", output),
                    output == 0 ? null : bytes(command, row.node(), "stderr", output)));
        }
        var page = new LinkedHashMap<String, @Nullable Object>();
        page.put("executions", list);
        page.put("next", more ? rows.get(limit - 1).node() : null);
        json(context, page);
    }

    private void output(Context context) throws InterruptedException {
        String command = command(context).id();
        String node = context.pathParam("node");
        if (ledger.execution(command, node).isEmpty()) {
            throw ApiException.notFound("the command was not ordered for '%s'".formatted(node));
        }
        String stream;
        try {
            stream = OutputStreamName.parse(context.pathParam("stream")).toString();
        } catch (RefusedException e) {
            throw ApiException.badRequest(e.getMessage());
        }
        context.contentType("application/octet-stream");
        context.header("Content-Disposition", "attachment; filename=\"%s-%s\"".formatted(node, stream));
        context.header("Cache-Control", "no-store");
        context.result(bytes(command, node, stream, Long.MAX_VALUE));
    }

    private void stream(Context context) throws InterruptedException {
        String header = context.header("Last-Event-ID");
        String last = header == null ? context.queryParam("lastEventId") : header;
        @Nullable EventId from = last == null ? null : eventId(last);
        String command = context.queryParam("command");
        String id = command == null ? null : resolve(command).id();
        boolean nodes = command == null || flag(context.queryParam("nodes"), "nodes");
        context.contentType("text/event-stream; charset=utf-8");
        context.header("Cache-Control", "no-store");
        Caller caller = Caller.of(context);
        if (!context.method().equals(HandlerType.HEAD)) {
            stream.serve(context, new EventStream.Wish(id, nodes, from, () -> access.isGood(caller)));
        }
    }

    private void pageLink(Context context) throws InterruptedException {
        CommandId token = Caller.of(context).token().orElseThrow(); // a link makes no link, nor does its session
        Sessions.Link link = sessions.newLink(token);
        accepted(() -> orders.login(Caller.of(context).name(), "a link for the page was made"));
        var view = new LinkedHashMap<String, String>();
        view.put("url", "%s%s/#link=%s".formatted(scheme, context.header("Host"), link.secret()));
        view.put("expiresAt", Times.text(link.expiresAt()));
        context.status(201);
        json(context, view);
    }

    private void session(Context context) throws InterruptedException {
        String link;
        try {
            JsonObject request = Json.object(context.bodyAsBytes(), MAX_LINK_REQUEST);
            request.onlyKnown(Set.of("link"));
            link = request.text("link");
        } catch (RefusedException e) {
            throw ApiException.badRequest("request: " + e.getMessage());
        }
        Sessions.Opened opened = access.open(context, link);
        opened.caller().putInto(context);
        accepted(() -> orders.login(opened.caller().name(), "a session of the page was opened from " + context.ip()));
        context.header(
                "Set-Cookie",
                "%s=%s; HttpOnly; SameSite=Strict; Path=/; Max-Age=%d%s"
                        .formatted(
                                cookie,
                                opened.cookie(),
                                Sessions.SESSION_LIFE.toSeconds(),
                                settings.tls().isPresent() ? "; Secure" : ""));
        context.header("Cache-Control", "no-store");
        context.status(204);
    }

    private static EventId eventId(String text) {
        try {
            return EventId.parse(text);
        } catch (RefusedException e) {
            throw ApiException.badRequest("Last-Event-ID: " + e.getMessage());
        }
    }

    private byte[] bytes(String command, String node, String stream, long max) throws InterruptedException {
        var out = new ByteArrayOutputStream();
        for (byte[] chunk : ledger.output(command, node, stream, max)) {
            out.write(chunk, 0, (int) Math.min(chunk.length, max - out.size()));
        }
        return out.toByteArray();
    }

    private LedgerReader.Command command(Context context) throws InterruptedException {
        return resolve(context.pathParam("id"));
    }

    private LedgerReader.Command resolve(String prefix) throws InterruptedException {
        if (!ID_PREFIX.matcher(prefix).matches()) {
            throw ApiException.badRequest(
                    "'%s' is not a command id, nor at least 4 characters of one".formatted(prefix));
        }
        List<LedgerReader.Command> found = ledger.byPrefix(prefix);
        if (found.isEmpty()) {
            throw ApiException.notFound("no command '%s'".formatted(prefix));
        }
        if (found.size() > 1) {
            throw ApiException.ambiguous("several commands begin with '%s'; give more of the id".formatted(prefix));
        }
        return found.getFirst();
    }

    static List<byte[]> documents(Context context, int max) throws RefusedException {
        return documents(context.bodyAsBytes(), max);
    }

    static List<byte[]> documents(byte[] body, int max) throws RefusedException {
        JsonObject request = Json.object(body, Limits.REQUEST_BYTES);
        request.onlyKnown(Set.of("documents"));
        List<String> documents = request.texts("documents", max);
        if (documents.isEmpty()) {
            throw new RefusedException("'documents' is empty");
        }
        var encoded = new ArrayList<byte[]>(documents.size());
        for (String document : documents) {
            encoded.add(utf8(document));
        }
        return encoded;
    }

    /** The exact bytes; half a surrogate pair has none, and must not become a question mark. */
    private static byte[] utf8(String text) throws RefusedException {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] exact = new byte[bytes.remaining()];
            bytes.get(exact);
            return exact;
        } catch (CharacterCodingException e) {
            throw new RefusedException("a document can't be written as UTF-8: half of a surrogate pair");
        }
    }

    interface Call {
        Answer call() throws InterruptedException, TimeoutException, RefusedException;
    }

    static List<CommandId> accepted(Call call) throws InterruptedException {
        return outcome(call).commands();
    }

    static Answer.Accepted outcome(Call call) throws InterruptedException {
        try {
            return switch (call.call()) {
                case Answer.Accepted done -> done;
                case Answer.Refused(Answer.Reason reason, String message) ->
                    throw switch (reason) {
                        case BAD_REQUEST -> ApiException.badRequest(message);
                        case UNKNOWN_NODE -> ApiException.unknownNode(message);
                        case FORBIDDEN -> ApiException.forbidden(message);
                        case NOT_FOUND -> ApiException.notFound(message);
                        case CONFLICT -> ApiException.conflict(message);
                        case NO_SPACE -> ApiException.noSpace(message);
                        case UNAVAILABLE -> ApiException.unavailable(message);
                    };
            };
        } catch (RefusedException e) {
            throw ApiException.badRequest("request: " + e.getMessage());
        } catch (TimeoutException e) {
            throw ApiException.unavailable("the ledger does not answer; it may yet be recorded: send the same again");
        }
    }

    private static long number(@Nullable String text, String name, long min, long max, long otherwise) {
        if (text == null) {
            return otherwise;
        }
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // refused below, as any other wrong number
        }
        throw ApiException.badRequest("'%s' must be an integer between %d and %d".formatted(name, min, max));
    }

    private static boolean flag(@Nullable String text, String name) {
        return switch (text) {
            case null -> false;
            case "true" -> true;
            case "false" -> false;
            default -> throw ApiException.badRequest("'%s' must be true or false".formatted(name));
        };
    }

    static void json(Context context, Map<String, ? extends @Nullable Object> object) {
        context.contentType(Errors.JSON);
        context.header("Cache-Control", "no-store");
        context.result(Json.bytes(object));
    }
}
