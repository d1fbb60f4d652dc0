// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.RefusedException;
import java.util.Set;
import org.junit.jupiter.api.Test;

class YamlNodeTest {
    @Test
    void aComplaintNamesFileAndLine() throws Exception {
        YamlNode.Fields fields = node("a: 1\nb:\n  - x\n  - [y]\n").fields(Set.of("a", "b"));

        assertThat(fields.required("b").place()).isEqualTo("x.yaml:3");
        assertThat(fields.complaint("b", "is wrong")).hasMessage("x.yaml:2: is wrong");
        assertThatThrownBy(() -> fields.required("b").texts()).hasMessage("x.yaml:4: must be a text");
        assertThatThrownBy(() -> fields.required("c")).hasMessage("x.yaml:1: 'c' is missing");
        assertThatThrownBy(() -> node("a: 1\nbb: 2\n").fields(Set.of("a", "b")))
                .hasMessage("x.yaml:2: unknown key 'bb'; did you mean 'b'?; known here: a, b");
        assertThatThrownBy(() -> node("a: 1\nb: 2\na: 3\n").entries()).hasMessage("x.yaml:3: 'a' is there twice");
        assertThatThrownBy(() -> node("a: 1\nb: [\n")).hasMessageStartingWith("x.yaml:3 is not valid YAML: ");
    }

    @Test
    void aComplaintObeysNoTerminal() {
        assertThatThrownBy(() -> node("\"\\e[2J\\u202e\": 1\n").fields(Set.of("a")))
                .hasMessageContaining("unknown key '\\u001b[2J\\u202e'");
    }

    @Test
    void trueAndFalseAreTheOnlyTruths() throws Exception {
        assertThat(node("true").bool()).isTrue();
        assertThat(node("false").bool()).isFalse();
        for (String other : Set.of("yes", "on", "1", "'true'", "!!bool perhaps", "[true]", "~")) {
            assertThatThrownBy(() -> node(other).bool()).hasMessageContaining("must be true or false");
        }
    }

    @Test
    void aNumberHasItsRange() throws Exception {
        assertThat(node("7").integer(1, 7)).isEqualTo(7);
        for (String other : Set.of("0", "8", "7.0", "0x7", "99999999999", "''", "seven")) {
            assertThatThrownBy(() -> node(other).integer(1, 7)).hasMessageContaining("must be a number from 1 to 7");
        }
    }

    @Test
    void noNumberIsInfinite() {
        for (String large : Set.of("1e999", "-1e999", ".inf", ".nan")) {
            assertThatThrownBy(() -> node("a: " + large).object())
                    .hasMessageContaining("is not a number that JSON can hold");
        }
    }

    @Test
    void aTagThatIsNoneIsRefusedWithItsLine() throws Exception {
        for (String tag : Set.of("!2%3", "!%20", "!a%20", "!<%20x>")) {
            assertThatThrownBy(() -> node("a: 1\nb: " + tag + " c\n"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("x.yaml:2");
            assertThatThrownBy(() -> node("a: 1\nb: " + tag + " [c]\n")).isInstanceOf(RefusedException.class);
        }
        assertThat(node("!!str 5").text()).isEqualTo("5");
    }

    @Test
    void aKeyIsATextWhateverItReads() throws Exception {
        assertThat(node("null: a\n5: b\ntrue: c\n").textMap()).containsOnlyKeys("null", "5", "true");
        assertThatThrownBy(() -> node("? [a]\n: b\n").entries()).hasMessage("x.yaml:1: must be a text");
    }

    @Test
    void whatHoldsItselfOrIsDeepEnds() {
        assertThatThrownBy(() -> node("&x {y: *x}").object()).hasMessageContaining("is nested too deep");
        assertThatThrownBy(() -> node("a: " + "[".repeat(200_000)))
                .isInstanceOf(RefusedException.class)
                .hasMessage("x.yaml:1: is nested too deep, at most 32 levels");
    }

    @Test
    void theDepthHasALimit() throws Exception {
        assertThat(node("[".repeat(32) + "]".repeat(32)).isList()).isTrue();
        assertThatThrownBy(() -> node("[".repeat(33) + "]".repeat(33))).hasMessageContaining("is nested too deep");
    }

    @Test
    void aliasesOfListsAndMapsAreFew() throws Exception {
        String list = "a: &a [x]\nb: [%s]\n";

        assertThat(node(list.formatted("*a, ".repeat(50))).entries()).containsOnlyKeys("a", "b");
        assertThatThrownBy(() -> node(list.formatted("*a, ".repeat(51))))
                .isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("x.yaml is not valid YAML: Number of aliases");
    }

    private static YamlNode node(String text) throws RefusedException {
        return YamlNode.parse("x.yaml", text, "something");
    }
}
