// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.NodeName;
import java.util.List;
import org.junit.jupiter.api.Test;

class TargetsTest {
    private static final List<String> KNOWN = List.of("ship1", "ship2", "ship10", "shore");

    @Test
    void namesCommaListsGlobsAndAllAreUnderstood() throws Failure {
        assertThat(resolve("ship2")).containsExactly("ship2");
        assertThat(resolve("shore, ship1")).containsExactly("ship1", "shore");
        assertThat(resolve("ship?")).containsExactly("ship1", "ship2");
        assertThat(resolve("ship*")).containsExactly("ship1", "ship10", "ship2");
        assertThat(resolve("all")).hasSize(4);
    }

    @Test
    void aNodeMeantTwiceIsThereOnce() throws Failure {
        assertThat(resolve("ship1", "ship1,ship?")).containsExactly("ship1", "ship2");
    }

    @Test
    void anUnknownNameIsRefusedWithTheLikelyOne() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> resolve("ship1,shp2"))
                .withMessageContaining("unknown node 'shp2'; did you mean 'ship2'?")
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE));
    }

    @Test
    void aGlobThatMatchesNothingIsRefused() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> resolve("plane*"))
                .withMessageContaining("no node matches 'plane*'");
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnce() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> resolve("x,,y*"))
                .withMessageContaining("unknown node 'x'")
                .withMessageContaining("an empty name")
                .withMessageContaining("no node matches 'y*'");
    }

    @Test
    void allOfNoNodesIsRefused() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> Targets.resolve(List.of("all"), List.of()))
                .withMessageContaining("there are no nodes yet");
    }

    @Test
    void aGlobIsNoRegularExpression() {
        assertThatExceptionOfType(Failure.class).isThrownBy(() -> resolve("s.*"));
        assertThatExceptionOfType(Failure.class).isThrownBy(() -> resolve("\\E*"));
    }

    private static List<String> resolve(String... written) throws Failure {
        return Targets.resolve(List.of(written), KNOWN).stream()
                .map(NodeName::value)
                .toList();
    }
}
