// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.RefusedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a station refuses to start with, and what it only warns of. */
class StationSettingsTest {
    @TempDir
    private Path data;

    @ParameterizedTest
    @ValueSource(
            strings = {"0.0.0.0:8470", "[::]:8470", "192.0.2.1:8470", "station.example:8470", "127.0.0.1.example:8470"})
    void beyondLoopbackItWantsACertificate(String http) {
        assertThatThrownBy(() -> settings("nats://127.0.0.1:4222", Map.of("http", List.of(http))))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("--http-certificate FILE");
    }

    @Test
    void aCertificateWithoutItsKeyIsRefused() {
        assertThatThrownBy(() -> settings("nats://127.0.0.1:4222", Map.of("http-certificate", List.of("c.pem"))))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("give both");
    }

    @Test
    void warnsOfABrokerThatIsOverheard() throws Exception {
        assertThat(settings("nats://127.0.0.1:4222", Map.of()).warnings()).isEmpty();
        assertThat(settings("nats://127.0.0.1:4222,nats://broker.example:4222", Map.of())
                        .warnings())
                .singleElement()
                .asString()
                .contains("without TLS");
    }

    private StationSettings settings(String broker, Map<String, List<String>> more) throws RefusedException {
        var flags = new java.util.HashMap<>(more);
        flags.put("broker", List.of(broker));
        flags.put("data", List.of(data.toString()));
        return StationSettings.from(flags, Map.of(), "1");
    }
}
