// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may call: whoever has the token. Host and Origin are checked too, so that a web page elsewhere can't reach the
 * station through the operator's browser (DNS rebinding, cross-site requests).
 */
final class Access {
    private final byte[] token;
    private final Set<String> hosts;

    /** @param hosts values of the Host header that mean this station, with port */
    Access(String token, Set<String> hosts) {
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.hosts = Set.copyOf(hosts);
    }

    void check(Context context) {
        String host = context.header("Host");
        if (host == null || !hosts.contains(host)) {
            throw ApiException.forbidden("this station does not answer to the host '%s'".formatted(host));
        }
        String origin = context.header("Origin");
        if (origin != null && !hosts.contains(origin.replaceFirst("^https?://", ""))) {
            throw ApiException.forbidden("requests from pages of '%s' are refused".formatted(origin));
        }
        if (!hasToken(context.header("Authorization"))) {
            throw ApiException.unauthorized();
        }
    }

    private boolean hasToken(@Nullable String authorization) {
        return authorization != null
                && authorization.startsWith("Bearer ")
                && MessageDigest.isEqual(
                        token, authorization.substring("Bearer ".length()).getBytes(StandardCharsets.UTF_8));
    }
}
