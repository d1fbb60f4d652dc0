// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.trust.TrustTemplate;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code up} makes of keys and trust before it starts anything. */
class TrustFilesTest {
    @TempDir
    Path folder;

    private final Surroundings surroundings = new Surroundings(
            InputStream.nullInputStream(),
            System.out,
            System.err,
            false,
            false,
            false,
            Map.of(),
            InstantSource.system());
    private final Identity ann =
            new Identity(new FleetId("123456789012345678901234567890e1"), "ann", Ed25519.generate());
    private final List<String> said = new ArrayList<>();

    @Test
    void theFirstUpMakesAKeyAndSaysSoTheNextTakesIt() throws Exception {
        var operator = new OperatorFolder(folder.resolve("operator"));
        var ids = new Ids(new SecureRandom());

        Identity made = UpOperator.of(operator, ids, surroundings, said::add);
        assertThat(String.join("\n", said))
                .contains(folder.resolve("operator/key").toString(), made.id().value());
        said.clear();

        assertThat(UpOperator.of(operator, ids, surroundings, said::add).id()).isEqualTo(made.id());
        assertThat(said).isEmpty();
    }

    @Test
    void aKeyThatAnUpBeforeLeftBehindIsTakenAndSaidSo() throws Exception {
        var operator = new OperatorFolder(folder.resolve("operator"));
        var ids = new Ids(new SecureRandom());
        Identity first = UpOperator.of(operator, ids, surroundings, said::add);
        Files.delete(folder.resolve("operator/operator.json"));
        said.clear();

        assertThat(UpOperator.of(operator, ids, surroundings, said::add).id()).isEqualTo(first.id());

        assertThat(said.getFirst()).startsWith("took the key that was there").doesNotContain("made");
        assertThat(said.getLast()).contains(first.id().value());
    }

    @Test
    void aFolderWithoutATrustFileGetsOneThatOnlyItsOwnerReads() throws Exception {
        Path node = folder.resolve("nodes/ship1");

        trust(ann).write(node);
        trust(ann).write(node);

        Path file = node.resolve("trust.yaml");
        assertThat(Files.readString(file))
                .isEqualTo(TrustTemplate.text(ann.fleet(), "ann", ann.signer().key(), "full"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(node)))
                .isEqualTo("rwx------");
        assertThat(said).isEmpty();
    }

    @Test
    void aTrustFileThatIsThereStaysAsItIs() throws Exception {
        var bob = new Identity(ann.fleet(), "bob", Ed25519.generate());
        var abroad = new Identity(new FleetId("f".repeat(32)), "ann", ann.signer());
        String tooLong = text(ann) + "#" + "x".repeat(Limits.TRUST_FILE_BYTES);
        for (String text : List.of(tooLong, text(bob), text(abroad), "", "[", "a: b", "fleet: " + ann.fleet(), "- x")) {
            Path file = Files.writeString(folder.resolve("trust.yaml"), text);
            said.clear();

            trust(ann).write(folder);

            assertThat(Files.readString(file)).isEqualTo(text);
            assertThat(said).hasSize(1);
            assertThat(said.getFirst())
                    .contains(file.toString(), ann.id().value())
                    .doesNotContain("\n");
        }
    }

    private static String text(Identity who) {
        return TrustTemplate.text(who.fleet(), who.name(), who.signer().key(), "full");
    }

    private TrustFiles trust(Identity operator) {
        return new TrustFiles(operator, said::add);
    }
}
