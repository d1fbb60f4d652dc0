// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.FleetId;
import dev.steward.message.OperatorList;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.OpenSshKey;
import dev.steward.message.signing.VerificationKey;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorFolderTest {
    private static final FleetId FLEET = FleetId.of(new byte[FleetId.BYTES]);

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

    @Test
    void whatIsMadeIsItsOwnersAloneAndIsReadAgain() throws Exception {
        Path path = folder.resolve("data/operator");
        Identity made = new OperatorFolder(path).create("ann", FLEET, new KeySource.Own(), surroundings);

        Identity read = new OperatorFolder(path).identity(surroundings);

        assertThat(read.name()).isEqualTo("ann");
        assertThat(read.fleet()).isEqualTo(FLEET);
        assertThat(read.id()).isEqualTo(made.id());
        assertThat(read.signer().sign(new byte[3])).isEqualTo(made.signer().sign(new byte[3]));
        for (String file : List.of("operator.json", "key", "key.pub")) {
            assertThat(mode(path.resolve(file))).isEqualTo("rw-------");
        }
        assertThat(mode(path)).isEqualTo("rwx------");
        assertThat(mode(folder.resolve("data"))).isEqualTo("rwx------");
        assertThat(Files.readString(path.resolve("key.pub")))
                .isEqualTo(made.signer().key() + " ann\n");
        assertThat(path.resolve("key.new")).doesNotExist();
    }

    @Test
    void anOperatorThatIsThereStaysAsItIs() throws Exception {
        var operator = new OperatorFolder(folder.resolve("operator"));
        Identity made = operator.create("ann", FLEET, new KeySource.Own(), surroundings);
        byte[] key = Files.readAllBytes(folder.resolve("operator/key"));

        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> operator.create("bob", FLEET, new KeySource.Own(), surroundings))
                .withMessageContaining("there is an operator already: ann, " + made.id() + ", in " + folder);
        assertThat(Files.readAllBytes(folder.resolve("operator/key"))).isEqualTo(key);
        assertThat(operator.identity(surroundings).name()).isEqualTo("ann");
    }

    @Test
    void aKeyWhoseMakingWasCutShortIsTakenUp() throws Exception {
        Ed25519 key = Ed25519.generate();
        PrivateFile.write(folder.resolve("key"), new OpenSshKey(key, "ann").text());

        Identity made = new OperatorFolder(folder).create("ann", FLEET, new KeySource.Own(), surroundings);

        assertThat(made.signer().key()).isEqualTo(key.key());
    }

    @Test
    void aKeyFileThatOthersMayReadIsNotUsed() throws Exception {
        var operator = new OperatorFolder(folder);
        operator.create("ann", FLEET, new KeySource.Own(), surroundings);
        Path key = folder.resolve("key");
        for (String mode : List.of("rw-r-----", "rw----r--", "rw--w----", "rwx--x---")) {
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(mode));
            refused(operator, "chmod 600 " + key);
        }
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("r--------"));
        assertThat(operator.identity(surroundings).name()).isEqualTo("ann");
    }

    @Test
    void aKeyElsewhereIsUsedWhereItLies() throws Exception {
        Path elsewhere = folder.resolve("id_ed25519");
        PrivateFile.write(elsewhere, new OpenSshKey(Ed25519.generate(), "").text());
        var operator = new OperatorFolder(folder.resolve("operator"));
        operator.create("ann", FLEET, new KeySource.Elsewhere(elsewhere), surroundings);

        assertThat(folder.resolve("operator/key")).doesNotExist();
        assertThat(operator.whereKeyIs()).isEqualTo(elsewhere.toString());
        operator.identity(surroundings);

        PrivateFile.write(elsewhere, new OpenSshKey(Ed25519.generate(), "").text());
        refused(operator, "holds another key");
        Files.delete(elsewhere);
        refused(operator, "there is no " + elsewhere);
    }

    @Test
    void withoutAnOperatorItIsSaidHowToMakeOne() {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> new OperatorFolder(folder).identity(surroundings))
                .withMessageContaining("steward operator init")
                .matches(failure -> failure.exitCode() == ExitCode.USAGE);
    }

    @Test
    void aDamagedFileIsNamedWhateverIsWrongWithIt() throws Exception {
        var operator = new OperatorFolder(folder);
        operator.create("ann", FLEET, new KeySource.Own(), surroundings);
        Path file = folder.resolve("operator.json");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length - 1; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            refused(operator, file + " is damaged");
        }
        for (String keyFile : List.of("\"a\\u0000b\"", "7", "{}")) {
            String text = new String(whole, java.nio.charset.StandardCharsets.UTF_8);
            Files.writeString(file, text.replace("\"list\"", "\"keyFile\":%s,\"list\"".formatted(keyFile)));
            refused(operator, file + " is damaged");
        }
        Files.write(file, whole);
        Files.writeString(folder.resolve("key"), "nonsense");
        refused(operator, "is not an OpenSSH private key");
    }

    @Test
    void theListWithTheHighestNumberIsKept() throws Exception {
        var operator = new OperatorFolder(folder);
        Identity ann = operator.create("ann", FLEET, new KeySource.Own(), surroundings);
        assertThat(operator.known().number()).isZero();

        operator.keep(list(ann, 7));
        operator.keep(list(ann, 5));

        assertThat(operator.known().number()).isEqualTo(7);
        assertThat(new OperatorFolder(folder).known().isSameAs(list(ann, 7))).isTrue();
        assertThat(operator.identity(surroundings).id()).isEqualTo(ann.id());
    }

    @Test
    void aListOfTheLargestSizeIsKept() throws Exception {
        var operator = new OperatorFolder(folder);
        Identity ann = operator.create("ann", FLEET, new KeySource.Own(), surroundings);
        var many = new java.util.ArrayList<OperatorList.Operator>();
        var random = new java.util.Random(1);
        while (many.size() < 1_000) {
            byte[] point = new byte[VerificationKey.BYTES];
            random.nextBytes(point);
            many.add(new OperatorList.Operator(
                    "operator-" + many.size(), VerificationKey.of(point), Optional.empty(), Optional.empty()));
        }
        operator.keep(KnownLists.signed(ann, 1, many));

        assertThat(operator.known().operators()).hasSize(1_000);
    }

    private static KnownList list(Identity by, long number) throws Exception {
        return KnownLists.signed(by, number, List.of());
    }

    private void refused(OperatorFolder operator, String why) {
        assertThatExceptionOfType(Failure.class)
                .isThrownBy(() -> operator.identity(surroundings))
                .withMessageContaining(why)
                .matches(failure -> failure.exitCode() == ExitCode.CREDENTIAL);
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
