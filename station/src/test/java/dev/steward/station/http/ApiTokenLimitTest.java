// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A station keeps a bounded number of API tokens, and a revoked one makes room. */
class ApiTokenLimitTest {
    @Test
    void oneTokenMoreThanTheStationKeepsIsRefusedUntilOneIsRevoked(@TempDir Path folder) throws Exception {
        try (var station = new RunningStation(folder)) {
            ApiClient client = station.client;
            CommandId first = Documents.id();
            assertThat(client.apiToken(first, "first", "viewer", List.of()).status())
                    .isEqualTo(201);
            for (int i = 1; i < Limits.API_TOKENS; i++) {
                assertThat(client.apiToken(Documents.id(), "t" + i, "viewer", List.of())
                                .status())
                        .isEqualTo(201);
            }
            ApiClient.Answer oneMore = client.apiToken(Documents.id(), "more", "viewer", List.of());
            assertThat(oneMore.error()).isEqualTo("409 conflict");
            assertThat(oneMore.json().object("error").text("message")).contains("1000 API tokens, the most");

            client.delete("/api/v1/api-tokens/" + first);
            assertThat(client.apiToken(Documents.id(), "more", "viewer", List.of())
                            .status())
                    .isEqualTo(201);
        }
    }
}
