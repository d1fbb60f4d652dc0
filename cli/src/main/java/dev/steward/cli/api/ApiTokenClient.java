// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.api;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import dev.steward.message.Times;
import dev.steward.message.json.Json;
import dev.steward.message.signing.Digest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** The part of the station's API by which its bearer tokens are made and revoked. */
public final class ApiTokenClient {
    private static final String TOKENS = "/api/v1/api-tokens";

    /** What a new token is to be. */
    public record Wish(
            CommandId id,
            String name,
            String role,
            Optional<List<String>> targets,
            Optional<List<String>> methods,
            Instant expiresAt) {}

    private final StationClient station;

    ApiTokenClient(StationClient station) {
        this.station = station;
    }

    /** Makes a token good; the station learns the hash of its secret. */
    public ApiTokenInfo make(Wish wish, String secret) throws Failure, InterruptedException {
        var body = new LinkedHashMap<String, Object>();
        body.put("id", wish.id);
        body.put("name", wish.name);
        body.put("hash", HexFormat.of().formatHex(Digest.SHA_256.of(secret.getBytes(StandardCharsets.UTF_8))));
        body.put("role", wish.role);
        wish.targets.ifPresent(targets -> body.put("targets", targets));
        wish.methods.ifPresent(methods -> body.put("methods", methods));
        body.put("expiresAt", Times.text(wish.expiresAt));
        return StationClient.decode(
                station.post(TOKENS, Json.bytes(body), "API token", "steward api-token list"), ApiTokenInfo::from);
    }

    public List<ApiTokenInfo> tokens() throws Failure {
        int most = Limits.API_TOKENS + Limits.API_TOKENS; // those that have expired may still be listed
        return StationClient.decode(
                station.get(TOKENS), json -> StationClient.map(json.objects("tokens", most), ApiTokenInfo::from));
    }

    public void revoke(CommandId id) throws Failure {
        station.delete(TOKENS + "/" + id);
    }
}
