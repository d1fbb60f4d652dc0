// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.KeyId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00.123Z");
    private static final FleetId FLEET = new FleetId("0123456789abcdef0123456789abcdef");
    private static final KeyId ISSUER = new KeyId("SHA256:" + "A".repeat(43));
    private static final Document.Command COMMAND = new Document.Command(
            CommandId.create(NOW, new Random(1)),
            FLEET,
            1,
            1,
            ISSUER,
            NOW,
            List.of(target("ship1", "C"), target("ship2", "D")),
            "shellcommand",
            "operatingsystem",
            JsonObject.of(Map.of("command", List.of("echo", "hi"))),
            NOW.plus(Duration.ofHours(24)),
            Optional.of(Duration.ofSeconds(60)),
            false,
            false);

    @Test
    void aCommandReadsBackAsItWasWritten() throws Exception {
        Document.Command read = (Document.Command) Document.decode(COMMAND.encode());

        assertThat(read.id()).isEqualTo(COMMAND.id());
        assertThat(read.targets()).isEqualTo(COMMAND.targets());
        assertThat(read.timeout()).contains(Duration.ofSeconds(60));
        assertThat(read.startBefore()).isEqualTo(COMMAND.startBefore());
        assertThat(read.arguments().texts("command", 10)).containsExactly("echo", "hi");
        assertThat(read.encode()).isEqualTo(COMMAND.encode());
    }

    @Test
    void aCancelReadsBackAsItWasWritten() throws Exception {
        var cancel = new Document.Cancel(
                CommandId.create(NOW, new Random(2)), FLEET, ISSUER, NOW, COMMAND.targets(), COMMAND.id());

        assertThat(Document.decode(cancel.encode())).isEqualTo(cancel);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"format\":1 | \"format\":2 | 'format' must lie between 1 and 1",
                "\"type\":\"command\" | \"type\":\"poem\" | unknown document type",
                "\"part\":1 | \"part\":2 | 'part' must lie between 1 and 1",
                "ship2\",\"key\":\"SHA256:DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD\"}] | ship2\"}] | 'targets[1].key' is missing",
                "ship2\",\"key\" | ship2\",\"colour\":1,\"key\" | unknown field 'targets[1].colour'",
                "SHA256:DDDD | SHA1:DDDD | is not a key's fingerprint",
                "\"ship2\" | \"ship1\" | names ship1 twice",
                "\"ship2\" | \"ship.2\" | not a node name",
                "\"timeoutMs\":60000 | \"timeoutMs\":0 | 'timeoutMs' must lie between",
                "\"repeatable\":false | \"repeatable\":false,\"colour\":1 | unknown field 'colour'",
                "\"method\":\"shellcommand\" | \"method\":\"a b\" | not a method",
            })
    void aDocumentThatDoesNotFitIsRefusedWithTheReason(String part, String instead, String reason) {
        String text = new String(COMMAND.encode(), StandardCharsets.UTF_8);
        assertThat(text).contains(part);

        assertThatThrownBy(() -> Document.decode(text.replace(part, instead).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void anEmptyListOfTargetsAndOneOfNamesAloneAreRefused() {
        for (String targets : List.of("[]", "[\"ship1\",\"ship2\"]")) {
            String text = new String(cancel(List.of(target("ship1", "C"))).encode(), StandardCharsets.UTF_8);
            String other = text.replaceFirst("\"targets\":\\[.*\\]", "\"targets\":" + targets);

            assertThatThrownBy(() -> Document.decode(other.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining(
                            targets.equals("[]") ? "'targets' is empty" : "'targets' must hold only objects");
        }
    }

    @Test
    void asManyTargetsAsADocumentMayNameFitIntoATwelfthOfItAndOneMoreIsRefused() throws Exception {
        List<Target> many = IntStream.rangeClosed(0, Limits.TARGETS_PER_DOCUMENT)
                .mapToObj(i -> target("n%03d".formatted(i).repeat(16).substring(1), "C"))
                .toList();
        Document.Cancel most = cancel(many.subList(1, many.size()));

        assertThat(most.encode()).hasSizeLessThan(Limits.DOCUMENT_BYTES / 12);
        assertThat(Document.decode(most.encode())).isEqualTo(most);
        assertThatThrownBy(() -> Document.decode(cancel(many).encode())).hasMessageContaining("at most 100");
    }

    private static Document.Cancel cancel(List<Target> targets) {
        return new Document.Cancel(CommandId.create(NOW, new Random(2)), FLEET, ISSUER, NOW, targets, COMMAND.id());
    }

    private static Target target(String node, String letter) {
        return new Target(new NodeName(node), new KeyId("SHA256:" + letter.repeat(43)));
    }

    @Test
    void idsAreSortedByTheTimeOfOrdering() {
        var random = new Random(3);
        CommandId earlier = CommandId.create(NOW, random);
        CommandId later = CommandId.create(NOW.plusMillis(1), random);

        assertThat(earlier.toString()).isLessThan(later.toString());
        assertThat(earlier).isLessThan(later);
        assertThat(earlier.value().version()).isEqualTo(7);
        assertThat(earlier.value().variant()).isEqualTo(2);
    }
}
