// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.CommandId;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The API tokens that are not revoked, at one moment; some may have expired. Immutable. */
public final class LiveTokens {
    public static final LiveTokens NONE = new LiveTokens(List.of());

    private final Map<String, ApiToken> byHash = new LinkedHashMap<>();
    private final Map<CommandId, ApiToken> byId = new LinkedHashMap<>();

    public LiveTokens(Collection<ApiToken> tokens) {
        for (ApiToken token : tokens) {
            byHash.put(token.hash(), token);
            byId.put(token.id(), token);
        }
    }

    /** In the order in which they were made. */
    public List<ApiToken> all() {
        return List.copyOf(byId.values());
    }

    public Optional<ApiToken> byHash(String hash) {
        return Optional.ofNullable(byHash.get(hash));
    }

    public Optional<ApiToken> byId(CommandId id) {
        return Optional.ofNullable(byId.get(id));
    }
}
