// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.json.Json;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Gives every error the API's one shape: our refusals, those of Javalin, and those of Jetty before a route is known. */
final class Errors {
    static final String JSON = "application/json; charset=utf-8";

    private static final System.Logger LOG = System.getLogger(Errors.class.getName());

    private static final Set<Integer> REFUSED = Set.of(401, 403, 429);

    private Errors() {}

    /** Told of every 401, 403 and 429 after it was answered. */
    interface Refused {
        void note(Context context, ApiException e) throws InterruptedException;
    }

    static void register(JavalinConfig config, Refused refused) {
        config.http.prefer405over404 = true;
        config.routes.exception(ApiException.class, (e, context) -> {
            answer(context, e);
            if (REFUSED.contains(e.status())) {
                note(refused, context, e);
            }
        });
        config.routes.exception(HttpResponseException.class, (e, context) -> answer(context, of(e, context)));
        config.routes.exception(Exception.class, (e, context) -> {
            LOG.log(System.Logger.Level.ERROR, context.method() + " " + context.path() + " failed", e);
            answer(context, ApiException.internal());
        });
        config.jetty.modifyServer(jetty -> jetty.setErrorHandler(new OfJetty()));
    }

    private static void note(Refused refused, Context context, ApiException e) {
        try {
            refused.note(context, e);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt(); // the server stops
        }
    }

    private static ApiException of(HttpResponseException e, Context context) {
        return switch (e.getStatus()) {
            case 404 -> ApiException.notFound("no such resource: " + context.path());
            case 405 -> {
                String allowed = e.getDetails().getOrDefault("availableMethods", "");
                context.header("Allow", allowed);
                yield ApiException.methodNotAllowed(
                        "%s does not take %s, but %s".formatted(context.path(), context.method(), allowed));
            }
            case 413 -> ApiException.tooLarge("the request is too large");
            default -> ApiException.ofStatus(e.getStatus(), String.valueOf(e.getMessage()));
        };
    }

    private static void answer(Context context, ApiException e) {
        if (context.res().isCommitted()) {
            return; // a stream that broke off: the error must not look like a part of it
        }
        if (REFUSED.contains(e.status())) {
            head(context, e);
        }
        context.status(e.status());
        context.contentType(JSON);
        context.header("Cache-Control", "no-store");
        context.result(body(e));
    }

    private static void head(Context context, ApiException e) {
        if (e.status() == 401) {
            context.header("WWW-Authenticate", "Bearer");
        }
        if (e.retryAfterSeconds() > 0) {
            context.header("Retry-After", Long.toString(e.retryAfterSeconds()));
        }
    }

    private static byte[] body(ApiException e) {
        var error = new LinkedHashMap<String, String>();
        error.put("code", e.code());
        error.put("message", String.valueOf(e.getMessage()));
        return Json.bytes(Map.of("error", error));
    }

    private static final class OfJetty extends ErrorHandler {
        @Override
        protected void generateResponse(
                Request request, Response response, int status, String message, Throwable cause, Callback callback) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, JSON);
            ApiException error = ApiException.ofStatus(status, message == null ? "bad request" : message);
            response.write(true, ByteBuffer.wrap(body(error)), callback);
        }
    }
}
