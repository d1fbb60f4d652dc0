// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @Test
    void readsBackWhatItWrites() throws Exception {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        fields.put("text", "a \"quoted\" line\n and ü");
        fields.put("number", 42L);
        fields.put("list", List.of("x", 1L, true));
        fields.put("nothing", null);

        JsonObject object = Json.object(Json.bytes(fields), 1000);

        assertThat(object.text("text")).isEqualTo("a \"quoted\" line\n and ü");
        assertThat(object.integer("number", 0, 100)).isEqualTo(42);
        assertThat(object.get("list")).isEqualTo(List.of("x", 1L, true));
        assertThat(object.has("nothing")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "null",
                "{",
                "{\"a\":1",
                "{\"a\":1}x",
                "{\"a\":1} {}",
                "{\"a\":1,\"a\":2}",
                "{a:1}",
                "{\"a\":tru}",
                "{\"a\":01}",
                "{\"a\":1,}",
                "{\"a\":99999999999999999999}",
                "{\"a\":NaN}",
                "{\"a\":1e400}",
                "{\"a\":-1e400}",
                "{\"a\":'x'}",
                "\ufeff{}"
            })
    void refusesWhatIsNotExactlyOneObject(String text) {
        assertThatThrownBy(() -> Json.object(text.getBytes(StandardCharsets.UTF_8), 1000))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void refusesWhatIsNestedTooDeepInFieldsThatNobodyAsksFor() {
        String deep = "{\"unknown\":" + "[".repeat(8000) + "]".repeat(8000) + "}";

        assertThatThrownBy(() -> Json.object(deep.getBytes(StandardCharsets.UTF_8), 100_000))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("depth");
    }

    @Test
    void acceptsTheDepthThatIsAllowed() throws Exception {
        int lists = Limits.JSON_DEPTH - 1;
        String deep = "{\"a\":" + "[".repeat(lists) + "]".repeat(lists) + "}";

        assertThat(Json.object(deep.getBytes(StandardCharsets.UTF_8), 1000).has("a"))
                .isTrue();
    }

    @Test
    void refusesWhatIsTooLargeBeforeReadingIt() {
        assertThatThrownBy(() -> Json.object(new byte[1001], 1000)).hasMessageContaining("1001 bytes");
    }

    @Test
    void refusesInvalidUtf8() {
        byte[] bytes = "{\"a\":\"x\"}".getBytes(StandardCharsets.UTF_8);
        bytes[6] = (byte) 0xff;

        assertThatThrownBy(() -> Json.object(bytes, 1000)).hasMessage("not valid UTF-8");
    }

    @Test
    void namesThePathOfAFieldThatIsMissingOrOfAnotherType() throws Exception {
        JsonObject object = Json.object("{\"outer\":{\"n\":\"x\"}}".getBytes(StandardCharsets.UTF_8), 1000)
                .object("outer");

        assertThatThrownBy(() -> object.text("name")).hasMessage("'outer.name' is missing");
        assertThatThrownBy(() -> object.integer("n", 0, 1)).hasMessage("'outer.n' must be an integer");
    }

    @Test
    void fieldsKeepTheirOrder() {
        assertThat(Json.text(Json.fields("b", 1, "c", 2, "a", 3))).isEqualTo("{\"b\":1,\"c\":2,\"a\":3}");
    }
}
