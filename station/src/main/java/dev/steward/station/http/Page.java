// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.signing.Digest;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The page at {@code /}: a fixed list of files, each with a route of its own, so that no path leads anywhere else. */
final class Page {
    static final List<String> FILES = List.of(
            "style.css",
            "icon.svg",
            "app.js",
            "access.js",
            "ansi.js",
            "live.js",
            "fleet.js",
            "commands.js",
            "deciding.js",
            "documents.js",
            "command.js",
            "executions.js",
            "key.js",
            "operator.js",
            "ordering.js",
            "run.js",
            "output.js",
            "list.js",
            "states.js",
            "text.js",
            "vendor/preact.mjs",
            "vendor/preact-hooks.mjs",
            "vendor/htm.mjs",
            "vendor/signals.mjs",
            "vendor/signals-core.mjs");

    private static final Pattern IMPORT_MAP =
            Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL);

    /** For what no browser should take for a page. */
    private static final String NO_PAGE = "default-src 'none'; frame-ancestors 'none'; sandbox";

    private record File(String type, byte[] bytes, String etag) {}

    private final File index = read("index.html");
    private final String policy = policy(new String(index.bytes, StandardCharsets.UTF_8));

    /** For every answer; {@link #serve} sets the policy anew. */
    static void guard(Context context) {
        context.header("Content-Security-Policy", NO_PAGE);
        context.header("X-Content-Type-Options", "nosniff");
        context.header("Referrer-Policy", "no-referrer");
        context.header("Cross-Origin-Opener-Policy", "same-origin");
        context.header("Cross-Origin-Resource-Policy", "same-origin");
    }

    void route(RoutesConfig routes) {
        Api.get(routes, "/", context -> serve(context, index));
        for (String name : FILES) {
            File file = read(name);
            Api.get(routes, "/page/" + name, context -> serve(context, file));
        }
    }

    private void serve(Context context, File file) {
        context.header("Content-Security-Policy", policy);
        context.header("Cache-Control", "no-cache");
        context.header("ETag", file.etag); // Javalin answers 304 to whoever has it
        context.contentType(file.type);
        context.result(file.bytes);
    }

    /** Scripts are files of ours, and the one import map that the page holds. */
    private static String policy(String html) {
        Matcher map = IMPORT_MAP.matcher(html);
        if (!map.find()) {
            throw new IllegalStateException("the page has no import map");
        }
        String hash = Base64.getEncoder()
                .encodeToString(Digest.SHA_256.of(map.group(1).getBytes(StandardCharsets.UTF_8)));
        return "default-src 'none'; script-src 'self' 'sha256-" + hash + "'; style-src 'self'; connect-src 'self';"
                + " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                + " require-trusted-types-for 'script'; trusted-types 'none'";
    }

    private static File read(String name) {
        try (InputStream in = Page.class.getResourceAsStream("/dev/steward/station/page/" + name)) {
            if (in == null) {
                throw new IllegalStateException("this station lacks the page's file " + name);
            }
            byte[] bytes = in.readAllBytes();
            String etag = Base64.getUrlEncoder().withoutPadding().encodeToString(Digest.SHA_256.of(bytes));
            return new File(type(name), bytes, '"' + etag + '"');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String type(String name) {
        String type = switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> "text/html";
            case "css" -> "text/css";
            case "svg" -> "image/svg+xml";
            default -> "text/javascript";
        };
        return type + "; charset=utf-8";
    }
}
