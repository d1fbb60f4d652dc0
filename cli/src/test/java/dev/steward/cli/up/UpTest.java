// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steward.cli.terminal.Failure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpTest {
    @Test
    void nodesAreNamesThatMeanNothingElse() throws Failure {
        assertThat(Up.names(List.of("ship1", " ship2"))).containsExactly("ship1", "ship2");
        assertThatExceptionOfType(Failure.class).isThrownBy(() -> Up.names(List.of("a b")));
        assertThatExceptionOfType(Failure.class).isThrownBy(() -> Up.names(List.of("central")));
        assertThatExceptionOfType(Failure.class).isThrownBy(() -> Up.names(List.of("all")));
        assertThatExceptionOfType(Failure.class).isThrownBy(() -> Up.names(List.of("a", "a")));
    }

    @Test
    void theAddressIsHostAndPort() throws Failure {
        assertThat(Up.address("127.0.0.1:8470")).hasPort(8470);
        assertThat(Up.address("[::1]:8470")).hasHost("[::1]");
        for (String wrong : List.of("8470", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:70000", "localhost:1/x", "a b:1")) {
            assertThatExceptionOfType(Failure.class).isThrownBy(() -> Up.address(wrong));
        }
    }

    @Test
    void portsAreTwoThatThereAre() throws Failure {
        var http = Up.address("127.0.0.1:8470");
        Up.checkPorts(4222, http);
        for (int wrong : new int[] {-1, 0, 65_536, 99_999, 8470}) {
            assertThatExceptionOfType(Failure.class)
                    .isThrownBy(() -> Up.checkPorts(wrong, http))
                    .withMessageStartingWith("--broker-port")
                    .matches(failure -> failure.exitCode() == 2);
        }
    }

    @Test
    void beyondLoopbackTheApiIsSecured() throws Failure {
        assertThat(Up.address("0.0.0.0:8470")).hasScheme("https").hasHost("0.0.0.0");
        assertThat(Up.address("10.0.0.5:8470")).hasScheme("https");
        assertThat(Up.address("localhost:8470")).hasScheme("http");
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> Up.address("station.example:8470"))
                .withMessageContaining("--http-name");
    }

    @Test
    void crashesInARowAreMetWithLongerPauses() {
        var backoff = new Backoff();
        var pauses = new java.util.ArrayList<Long>();
        for (int i = 0; i < 7; i++) {
            pauses.add(backoff.afterRunOf(Duration.ofSeconds(2)).toSeconds());
        }
        assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 16L, 30L, 30L);
        assertThat(backoff.afterRunOf(Duration.ofMinutes(2))).isEqualTo(Duration.ofSeconds(1));
    }
}
