// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.station.http.ServerTls;
import dev.steward.store.PrivateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Optional;

/** {@code station.json}, by which the command line finds the station: url, pid and token, for its owner's eyes only. */
final class StationFile {
    private static final int TOKEN_BYTES = 24;

    private final Path path;
    private final String url;
    private final Optional<ServerTls> tls;
    private final String token;
    private final byte[] sessionKey;

    StationFile(StationSettings settings) {
        this.path = settings.stationFile();
        this.url = settings.url();
        this.tls = settings.tls();
        this.token = readOrMake(settings.data().resolve("token"));
        this.sessionKey = readOrMake(settings.data().resolve("session.key")).getBytes(StandardCharsets.UTF_8);
    }

    String token() {
        return token;
    }

    /** By which sessions of the page are known. Whoever has a token can't make one with it. */
    byte[] sessionKey() {
        return sessionKey.clone();
    }

    void write() {
        var json = new LinkedHashMap<String, Object>();
        json.put("url", url);
        json.put("pid", ProcessHandle.current().pid());
        json.put("token", token);
        tls.ifPresent(each -> json.put("ca", each.certificate().toString()));
        PrivateFile.write(path, Json.text(json));
    }

    /** A station that is gone must not look as if it were there. */
    void delete() {
        try {
            JsonObject found = Json.object(Files.readAllBytes(path), 10_000);
            if (found.integer("pid", 0, Long.MAX_VALUE)
                    == ProcessHandle.current().pid()) {
                Files.delete(path);
            }
        } catch (IOException | RefusedException e) {
            System.getLogger(StationFile.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot remove {0}: {1}", path, e.getMessage());
        }
    }

    /** It outlives restarts, so that whoever holds a token or a session need not be told again. */
    private static String readOrMake(Path file) {
        Optional<String> present = PrivateFile.read(file).map(String::strip).filter(text -> !text.isEmpty());
        if (present.isPresent()) {
            return present.get();
        }
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        String fresh = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        PrivateFile.write(file, fresh + "\n");
        return fresh;
    }
}
