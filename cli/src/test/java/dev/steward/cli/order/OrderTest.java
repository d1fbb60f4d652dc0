// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00.123456Z");
    private static final CommandId ID = CommandId.create(NOW, new Random(1));

    private static final Identity OPERATOR = new Identity(FleetId.of(new byte[16]), "ann", Ed25519.generate());

    @Test
    void manyNodesBecomeDocumentsOfAHundredUnderOneId() throws Exception {
        List<byte[]> documents =
                order(ShellArguments.vector(List.of("date"))).documents(nodes(250), ID, OPERATOR, NOW, false);

        assertThat(documents).hasSize(3);
        assertThat(decode(documents.get(0)).targets()).hasSize(100);
        assertThat(decode(documents.get(2)).targets()).hasSize(50);
        for (int i = 0; i < 3; i++) {
            assertThat(decode(documents.get(i)).id()).isEqualTo(ID);
            assertThat(decode(documents.get(i)).part()).isEqualTo(i + 1);
            assertThat(decode(documents.get(i)).parts()).isEqualTo(3);
        }
    }

    @Test
    void aDocumentSaysWhatWasWritten() throws Exception {
        var arguments = ShellArguments.vector(List.of("sh", "-c", "echo $A"));
        arguments.environment(Map.of("A", "b"));
        arguments.workingDirectory("/tmp");
        arguments.stdin("in\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));

        Document.Command document = decode(
                order(arguments).documents(nodes(1), ID, OPERATOR, NOW, false).getFirst());

        assertThat(document.method()).isEqualTo("shellcommand");
        assertThat(document.domain()).isEqualTo("operatingsystem");
        assertThat(document.issuer()).isEqualTo(OPERATOR.id());
        assertThat(document.fleet()).isEqualTo(OPERATOR.fleet());
        assertThat(document.dryRun()).isFalse();
        assertThat(document.issuedAt()).isEqualTo(Instant.parse("2026-01-31T12:00:00.123Z"));
        assertThat(document.startBefore()).isEqualTo(Instant.parse("2026-02-01T12:00:00.123Z"));
        assertThat(document.timeout()).contains(Duration.ofSeconds(60));
        assertThat(document.arguments().texts("command", 10)).containsExactly("sh", "-c", "echo $A");
        assertThat(document.arguments().textMap("environment")).containsEntry("A", "b");
        assertThat(document.arguments().text("workingDirectory")).isEqualTo("/tmp");
        assertThat(document.arguments().text("stdin")).isEqualTo("in\n");
    }

    @Test
    void tooManyNodesAreRefused() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> order(ShellArguments.vector(List.of("date")))
                        .documents(nodes(50_001), ID, OPERATOR, NOW, false))
                .withMessageContaining("one command may have 50000");
    }

    @Test
    void aCommandThatIsTooLargeIsRefused() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> order(ShellArguments.vector(List.of("x".repeat(300_000))))
                        .documents(nodes(1), ID, OPERATOR, NOW, false))
                .withMessageContaining("at most 262144");
    }

    @Test
    void whatTheLocaleLostIsNotOrdered() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> ShellArguments.vector(List.of("echo", "\ufffd")))
                .withMessageContaining("LC_ALL=C.UTF-8");
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> ShellArguments.vector(List.of("cat")).stdin(new byte[] {(byte) 0xff}))
                .withMessageContaining("UTF-8");
    }

    @Test
    void cancelsNameAHundredNodesEach() throws Exception {
        List<byte[]> cancels = Order.cancels(ID, nodes(101), OPERATOR, NOW, new Ids(new Random(2)));

        assertThat(cancels).hasSize(2);
        assertThat(read(cancels.get(0)).id()).isNotEqualTo(read(cancels.get(1)).id());
        assertThat(read(cancels.get(1))).isInstanceOfSatisfying(Document.Cancel.class, cancel -> {
            assertThat(cancel.fleet()).isEqualTo(OPERATOR.fleet());
            assertThat(cancel.command()).isEqualTo(ID);
            assertThat(cancel.targets()).containsExactly(node(100));
        });
    }

    @Test
    void aLineForPeopleIsQuotedAsAShellWould() {
        assertThat(ShellArguments.line(List.of("echo", "a b", "it's", ""))).isEqualTo("echo 'a b' 'it'\\''s' ''");
    }

    private static Order order(ShellArguments arguments) {
        return new Order(
                List.of("all"),
                Order.DEFAULT_METHOD,
                Order.DEFAULT_DOMAIN,
                arguments.json(),
                Duration.ofSeconds(60),
                Duration.ofHours(24),
                false);
    }

    private static List<Target> nodes(int count) {
        return IntStream.range(0, count).mapToObj(OrderTest::node).toList();
    }

    private static Target node(int number) {
        return new Target(new NodeName("n" + number), OPERATOR.id());
    }

    private static Document.Command decode(byte[] document) throws RefusedException {
        return (Document.Command) read(document);
    }

    private static Document read(byte[] signed) throws RefusedException {
        SignedDocument document = SignedDocument.decode(signed);
        assertThat(document.isSignedBy(OPERATOR.signer().key(), Signatures.ED25519))
                .isTrue();
        return document.read();
    }
}
