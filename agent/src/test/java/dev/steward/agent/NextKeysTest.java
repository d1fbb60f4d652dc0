// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.agent.enrolment.Admission;
import dev.steward.agent.enrolment.Enrolment;
import dev.steward.agent.enrolment.MakeKeys;
import dev.steward.agent.enrolment.NextKeys;
import dev.steward.agent.enrolment.NodeKeys;
import dev.steward.agent.method.Method;
import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeRecord;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.RefusedException;
import dev.steward.message.broker.Credentials;
import dev.steward.message.json.JsonObject;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How other keys take the place of those that a node has. */
class NextKeysTest {
    private final CommandId command = CommandId.create(Instant.now(), new Random(7));

    @TempDir
    Path folder;

    private Admission present;
    private MakeKeys method;

    @BeforeEach
    void enrolled() {
        EnrolledFolder.of(folder, "ship1");
        present = there();
        method = new MakeKeys(folder, present.enrolment(), present.keys());
    }

    @Test
    void theOutputIsARequestThatTheIdentityAndTheNewLoginHaveSigned() throws Exception {
        SignedDocument shown = made();
        var request = (EnrolmentRequest) shown.read();

        assertThat(request.token()).isEqualTo(command);
        assertThat(request.node()).isEqualTo(present.enrolment().node());
        assertThat(request.key()).isEqualTo(present.keys().identity().key());
        assertThat(request.linkKey()).isNotEqualTo(present.keys().link().key());
        assertThat(request.login()).isNotEqualTo(present.keys().login().key().key());
        assertThat(shown.isSignedBy(request.key(), Signatures.ED25519)).isTrue();
        assertThat(shown.isSignedBy(request.login(), Signatures.ED25519)).isTrue();
        for (String file : new String[] {"next/link.key", "next/broker.creds"}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file))))
                    .isEqualTo("rw-------");
        }
        assertThat(keysOf((EnrolmentRequest) made().read())).isEqualTo(keysOf(request)); // the same, asked again
        assertThat(there().keys().link().key()).isEqualTo(present.keys().link().key());
    }

    @Test
    void whatWasApprovedIsInUseAtOnceAndAfterACrash() throws Exception {
        var asked = (EnrolmentRequest) made().read();
        NodeRecord record = record(2, asked.linkKey(), asked.login());

        Admission next = take(record).orElseThrow();

        assertThat(next.keys().link().key()).isEqualTo(asked.linkKey());
        assertThat(there().keys().link().key()).isEqualTo(asked.linkKey());
        assertThat(there().keys().login().key().key()).isEqualTo(asked.login());
        assertThat(there().keys().identity().key())
                .isEqualTo(present.keys().identity().key());
        assertThat(there().enrolment().record()).isEqualTo(record);
        assertThat(folder.resolve("next")).isEmptyDirectory();
        assertThat(NextKeys.take(folder, next, record, signed(record), Optional.empty()))
                .isEmpty(); // told twice
    }

    @Test
    void aCrashBetweenTheFilesIsMadeGoodAtTheNextStart() throws Exception {
        var asked = (EnrolmentRequest) made().read();
        NodeRecord record = record(2, asked.linkKey(), asked.login());
        Path crashed = Files.createDirectories(folder.resolve("crashed"));
        for (String file :
                new String[] {"next/link.key", "next/broker.creds", "link.key", "broker.creds", "identity"}) {
            Files.createDirectories(crashed.resolve(file).getParent());
            Files.copy(folder.resolve(file), crashed.resolve(file));
        }
        take(record);
        Files.copy(folder.resolve("enrolment.json"), crashed.resolve("enrolment.json"));
        Files.move(
                crashed.resolve("next/broker.creds"),
                crashed.resolve("broker.creds"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        NextKeys.settle(crashed);

        Admission settled = in(crashed);
        assertThat(settled.enrolment().seal(settled.keys())).isNotNull();
        assertThat(settled.keys().login().key().key()).isEqualTo(asked.login());
        NextKeys.settle(crashed);
        assertThat(in(crashed).keys().link().key()).isEqualTo(asked.linkKey());
    }

    @Test
    void aDiskThatFailedAfterTheDecisionIsMadeGoodWhenTheStationTellsItAgain() throws Exception {
        var asked = (EnrolmentRequest) made().read();
        NodeRecord record = record(2, asked.linkKey(), asked.login());
        new Enrolment(
                        present.enrolment().station(),
                        present.enrolment().stationKey(),
                        present.enrolment().broker(),
                        Optional.empty(),
                        record,
                        signed(record))
                .write(folder);

        Admission next = take(record).orElseThrow();

        assertThat(next.keys().link().key()).isEqualTo(asked.linkKey());
        assertThat(next.enrolment().seal(next.keys())).isNotNull();
    }

    @Test
    void aLoginOfAnotherTimeNeverTakesThePlaceOfTheOneInUse() throws Exception {
        var asked = (EnrolmentRequest) made().read();
        take(record(2, asked.linkKey(), asked.login()));
        Path next = folder.resolve("next");
        Files.copy(folder.resolve("link.key"), next.resolve("link.key")); // as a crash between the two moves leaves it
        Files.writeString(next.resolve("broker.creds"), new Credentials(Optional.empty(), Ed25519.generate()).text());

        NextKeys.settle(folder);

        assertThat(there().keys().login().key().key()).isEqualTo(asked.login());
        var later = (EnrolmentRequest) made().read();
        assertThat(later.linkKey()).isNotEqualTo(asked.linkKey());
        assertThat(later.login()).isNotEqualTo(asked.login());
    }

    @Test
    void keysThatWaitChangeNothingBeforeTheyAreApproved() throws Exception {
        made();
        NextKeys.settle(folder);
        assertThat(there().keys().link().key()).isEqualTo(present.keys().link().key());
        assertThat(there().enrolment().record()).isEqualTo(present.enrolment().record());
    }

    @Test
    void whatNamesOtherKeysThanWaitIsRefusedAndChangesNothing() throws Exception {
        assertRefused(record(
                2, LinkKeyPair.generate().key(), present.keys().login().key().key())); // none wait
        var asked = (EnrolmentRequest) made().read();
        assertRefused(record(2, LinkKeyPair.generate().key(), asked.login()));
        assertRefused(record(2, asked.linkKey(), Ed25519.generate().key()));
        assertRefused(record(1, asked.linkKey(), asked.login()));
        assertRefused(record(3, asked.linkKey(), asked.login(), Optional.of(Instant.now())));
        assertThat(there().enrolment().record()).isEqualTo(present.enrolment().record());
        assertThat(there().keys().link().key()).isEqualTo(present.keys().link().key());
    }

    @Test
    void aFolderThatCantBeWrittenIsTheEndOfTheCommandWithItsReason() throws Exception {
        Files.writeString(folder.resolve("next"), "in the way");
        Outcome outcome = method.run(new Task());
        assertThat(outcome.state()).isEqualTo(ExecutionState.FAILED);
        assertThat(outcome.reason())
                .hasValueSatisfying(reason -> assertThat(reason).contains("cannot make", "next"));
    }

    @Test
    void theMethodTakesNoArguments() {
        assertThatThrownBy(() -> method.check(JsonObject.of(Map.of("force", true))))
                .hasMessageContaining("takes no arguments");
    }

    private void assertRefused(NodeRecord record) {
        assertThatThrownBy(() -> take(record))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("steward node rotate ship1");
    }

    private Optional<Admission> take(NodeRecord record) throws RefusedException {
        return NextKeys.take(folder, present, record, signed(record), Optional.empty());
    }

    private static SignedDocument signed(NodeRecord record) throws RefusedException {
        return SignedDocument.decode(TestOperator.sign(record));
    }

    private Admission there() {
        return in(folder);
    }

    private static Admission in(Path data) {
        return new Admission(Enrolment.in(data).orElseThrow(), NodeKeys.in(data).orElseThrow());
    }

    private static Map<String, Object> keysOf(EnrolmentRequest request) {
        return Map.of("link", request.linkKey(), "login", request.login());
    }

    private SignedDocument made() throws Exception {
        return SignedDocument.decode(method.run(new Task()).output().getFirst().bytes());
    }

    private NodeRecord record(long number, LinkKey link, VerificationKey login) {
        return record(number, link, login, Optional.empty());
    }

    private NodeRecord record(long number, LinkKey link, VerificationKey login, Optional<Instant> revokedAt) {
        NodeRecord known = present.enrolment().record();
        return new NodeRecord(
                command,
                known.fleet(),
                known.issuer(),
                known.issuedAt(),
                number,
                known.node(),
                known.key(),
                link,
                Optional.of(login),
                revokedAt);
    }

    private final class Task implements Method.Task {
        @Override
        public String marker() {
            return "STEWARD_TEST=1";
        }

        @Override
        public CommandId command() {
            return command;
        }

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public JsonObject arguments() {
            return JsonObject.of(Map.of());
        }

        @Override
        public Optional<Duration> timeout() {
            return Optional.empty();
        }

        @Override
        public void spawned(long pid, long startTicks) {}

        @Override
        public void output(OutputChunk chunk) {}

        @Override
        public Optional<ExecutionState> stopRequested() {
            return Optional.empty();
        }
    }
}
