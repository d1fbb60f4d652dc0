// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code station.json}, which a running station leaves in the data folder: where it is and what it takes to ask it.
 *
 * @param ca the certificate by which it is known over TLS
 */
public record StationFile(String url, long pid, String token, Optional<Path> ca) {
    private static final int BYTES = 64 * 1024;

    /** Empty where there is none. */
    public static Optional<StationFile> read(Path file) throws Failure {
        try {
            JsonObject json = Json.object(Files.readAllBytes(file), BYTES);
            return Optional.of(new StationFile(
                    json.text("url"),
                    json.integer("pid", 1, Integer.MAX_VALUE),
                    json.text("token"),
                    json.optionalText("ca").map(Path::of)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failure.credential("%s can't be read: %s".formatted(file, e.getMessage()));
        } catch (RefusedException e) {
            throw Failure.unreachable("%s is damaged: %s".formatted(file, e.getMessage()));
        }
    }

    public StationClient client() throws Failure {
        return client(address(url), token, ca);
    }

    /** @param ca who may vouch for the station; whom Java knows where it is empty */
    public static StationClient client(URI url, String token, Optional<Path> ca) throws Failure {
        // Nothing of TLS is loaded where none is spoken: it takes longer than the rest of a short command.
        boolean own = ca.isPresent() && "https".equals(url.getScheme());
        return new StationClient(
                url, credential(token), own ? Optional.of(Authorities.read(ca.get())) : Optional.empty());
    }

    /** An address as an operator or the file gives it. */
    public static URI address(String text) throws Failure {
        try {
            URI uri = URI.create(text.strip());
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            if (http && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // the same message as for what is a URI, but not a station's
        }
        throw Failure.usage("'%s' is not a station's URL; write for instance http://127.0.0.1:8470".formatted(text));
    }

    public static String credential(String token) throws Failure {
        String stripped = token.strip();
        // It becomes a header, where a line end would start another one.
        if (stripped.isEmpty() || !stripped.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw Failure.credential("the token is empty or holds characters that no token has");
        }
        return stripped;
    }
}
