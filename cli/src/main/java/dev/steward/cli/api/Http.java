// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Requests to one station. {@code HttpURLConnection}, as {@code java.net.http} takes four times as long to start. */
final class Http {
    /** An answer of any status. */
    record Answer(int status, byte[] body) {}

    /** A body that is still being read; closing it ends the connection. */
    record OpenAnswer(int status, InputStream body) {}

    /** Nothing was sent, because no connection came about. */
    static final class NotConnectedException extends IOException {
        private static final long serialVersionUID = 1;

        NotConnectedException(IOException cause) {
            super(reason(cause), cause);
        }
    }

    /** Whoever answers may not be the station, so that nothing was said to it. */
    static final class NotBelievedException extends IOException {
        private static final long serialVersionUID = 1;

        NotBelievedException(String message, SSLException cause) {
            super(message, cause);
        }
    }

    /** Enough for a page of executions with all of their output. */
    static final int ANSWER_BYTES = 256 * 1024 * 1024;

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

    private final URI base;
    private final String token;
    private final Optional<Authorities> authorities;

    /** @param authorities who counts over TLS; whom Java knows where none are given */
    Http(URI base, String token, Optional<Authorities> authorities) {
        this.base = base;
        this.token = token;
        this.authorities = authorities;
    }

    Answer get(String path) throws IOException {
        return read(connect("GET", path, READ_TIMEOUT));
    }

    Answer delete(String path) throws IOException {
        return read(connect("DELETE", path, READ_TIMEOUT));
    }

    Answer post(String path, byte[] json) throws IOException {
        HttpURLConnection connection = prepare("POST", path, READ_TIMEOUT);
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/json");
        // Buffered on purpose: in streaming mode a 401 becomes an exception without its body.
        open(connection);
        try (var out = connection.getOutputStream()) {
            out.write(json);
        }
        return read(connection);
    }

    /** @param silence how long nothing may come before the connection counts as broken */
    OpenAnswer open(String path, String accept, Duration silence) throws IOException {
        HttpURLConnection connection = prepare("GET", path, silence);
        connection.setRequestProperty("Accept", accept);
        open(connection);
        int status = connection.getResponseCode();
        return new OpenAnswer(status, body(connection, status));
    }

    private HttpURLConnection connect(String method, String path, Duration readTimeout) throws IOException {
        HttpURLConnection connection = prepare(method, path, readTimeout);
        open(connection);
        return connection;
    }

    private HttpURLConnection prepare(String method, String path, Duration readTimeout) throws IOException {
        URL url = base.resolve(path).toURL();
        var connection = (HttpURLConnection) url.openConnection();
        if (authorities.isPresent() && connection instanceof HttpsURLConnection secured) {
            secured.setSSLSocketFactory(authorities.get().sockets());
        }
        connection.setRequestMethod(method);
        connection.setRequestProperty("Authorization", "Bearer " + token);
        connection.setRequestProperty("Accept", "application/json");
        connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        connection.setReadTimeout((int) readTimeout.toMillis());
        connection.setInstanceFollowRedirects(false); // the token must not go elsewhere
        connection.setUseCaches(false);
        return connection;
    }

    private void open(HttpURLConnection connection) throws IOException {
        try {
            connection.connect();
        } catch (SSLException e) {
            Optional<String> refusal = Authorities.refusal(base, e, authorities);
            throw refusal.isPresent() ? new NotBelievedException(refusal.get(), e) : new NotConnectedException(e);
        } catch (IOException e) {
            throw new NotConnectedException(e);
        }
    }

    private static Answer read(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        try (InputStream in = body(connection, status)) {
            byte[] body = in.readNBytes(ANSWER_BYTES + 1);
            if (body.length > ANSWER_BYTES) {
                throw new IOException("the answer is larger than %d bytes".formatted(ANSWER_BYTES));
            }
            return new Answer(status, body);
        }
    }

    private static InputStream body(HttpURLConnection connection, int status) throws IOException {
        @Nullable InputStream in = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
        return in == null ? InputStream.nullInputStream() : in;
    }

    /** A short text where the exception itself has none, or only a host's name. */
    static String reason(IOException e) {
        String message = e.getMessage();
        return switch (e) {
            case java.net.UnknownHostException unknown -> "unknown host " + message;
            default -> message == null ? e.getClass().getSimpleName() : message;
        };
    }

    /** For a path segment or query value. */
    static String encode(String text) {
        return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
