// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubjectTest {
    @Test
    void aSubjectIsFourTokens() throws Exception {
        Subject subject = Subject.parse("ship1.event.syslogforwarding.nginx");

        assertThat(subject)
                .isEqualTo(new Subject(new NodeName("ship1"), Subject.Kind.EVENT, "syslogforwarding", "nginx"))
                .hasToString("ship1.event.syslogforwarding.nginx");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ship1",
                "ship1.command.x",
                "ship1.command.x.y.z",
                "ship1.order.x.y",
                "ship1.Command.x.y",
                ".command.x.y",
                "ship 1.command.x.y",
                "ship*.command.x.y",
                "ship1.command.>.y",
                "ship1.command.x.",
                "ship1.command.x.y\t",
                "-x.command.x.y"
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Subject.parse(text)).isInstanceOf(RefusedException.class);
    }
}
