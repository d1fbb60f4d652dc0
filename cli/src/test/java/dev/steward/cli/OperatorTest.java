// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.KnownList;
import dev.steward.cli.operator.KnownLists;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.FleetId;
import dev.steward.message.OperatorList;
import dev.steward.message.OperatorList.Operator;
import dev.steward.message.signing.Ed25519;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists of operators, against a station that takes them by the book, and one that does not. */
class OperatorTest extends CommandLineFixture {
    private final Identity bob = new Identity(FLEET, "bob", Ed25519.generate());
    private final Identity eve = new Identity(FLEET, "eve", Ed25519.generate());
    private OperatorsAtStation there;

    @BeforeEach
    void authority() {
        there = new OperatorsAtStation(station, FLEET, operator, bob);
    }

    @Test
    void theFirstListHoldsWhoMakesItToo() throws Exception {
        assertThat(steward("operator", "add", "bob", key(bob))).isZero();

        assertThat(there.list().operators()).containsExactly(KnownLists.active(operator), KnownLists.active(bob));
        assertThat(there.list().number()).isEqualTo(1);
        assertThat(err()).isEqualTo("list 1: bob, " + bob.id() + ", may order\n");
        assertThat(kept().number()).isEqualTo(1);
    }

    @Test
    void aKeyComesFromAFileAndEndsWhenItIsToldTo() throws Exception {
        Path file = Files.writeString(data.resolve("bob.pub"), key(bob) + " bob@desk\n");

        assertThat(steward("operator", "add", "bob", "-f", file.toString(), "--expires", "90d"))
                .isZero();
        assertThat(there.list().operators().getLast().expiresAt()).contains(NOW.plus(Duration.ofDays(90)));
        // without quotes around the key the shell makes two words of it
        assertThat(steward("operator", "add", "bob", "ssh-ed25519", key(bob).substring(12), "--expires", "2027-01-31"))
                .isZero();
        assertThat(there.list().operators()).hasSize(2);
        assertThat(there.list().operators().getLast().expiresAt())
                .contains(java.time.Instant.parse("2027-01-31T00:00:00Z"));
        assertThat(err()).contains("list 2: bob, " + bob.id() + ", may order until 2027-01-31T00:00:00Z");
    }

    @Test
    void wrongNamesKeysAndTimesAreSaidBeforeAnythingIsAsked() {
        for (String[] wrong : new String[][] {
            {"b b", key(bob)},
            {"bob", "ssh-rsa AAAA"},
            {"bob"},
            {"bob", "-f", data.resolve("none").toString()},
            {"bob", key(bob), "--expires", "yesterday"},
            {"bob", key(bob), "--expires", "2020-01-01"},
            {"bob", key(bob), "--expires", "2027-02-30"},
            {"bob", key(bob), "--expires", "0s"}
        }) {
            var words = new java.util.ArrayList<>(List.of("operator", "add"));
            words.addAll(List.of(wrong));
            assertThat(steward(words.toArray(String[]::new))).isEqualTo(ExitCode.USAGE);
        }
        assertThat(station.requests("")).isEmpty();
    }

    @Test
    void whoIsRevokedStaysSoAndComesBackWithAnotherKeyOnly() throws Exception {
        steward("operator", "add", "bob", key(bob));
        assertThat(steward("operator", "revoke", "bob")).isZero();

        assertThat(there.list().operators().getLast().revokedAt()).contains(NOW);
        assertThat(steward("operator", "revoke", bob.id().value())).isZero();
        assertThat(err()).contains("list 2: bob, " + bob.id() + ", is revoked\n", "was revoked already");
        assertThat(there.list().number()).isEqualTo(2);

        assertThat(steward("operator", "add", "bob", key(bob))).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("for ever; bob needs a new key");
        assertThat(steward("operator", "add", "bob", key(eve))).isZero();
        assertThat(steward("operator", "revoke", "bob")).isZero();
        assertThat(there.list().operators().stream()
                        .filter(each -> each.revokedAt().isPresent()))
                .hasSize(2);
    }

    @Test
    void aNameOrKeyThatIsTakenIsSaidSo() throws Exception {
        steward("operator", "add", "bob", key(bob));

        assertThat(steward("operator", "add", "bob", key(eve))).isEqualTo(ExitCode.USAGE);
        assertThat(steward("operator", "add", "robert", key(bob))).isEqualTo(ExitCode.USAGE);
        assertThat(steward("operator", "add", "bob", key(bob))).isEqualTo(ExitCode.USAGE);
        assertThat(steward("operator", "revoke", "bop")).isEqualTo(ExitCode.USAGE);

        assertThat(err())
                .contains("there is an operator bob already")
                .contains("is bob already; revoke it first")
                .contains("is an operator already, with this key")
                .contains("no operator is 'bop'; did you mean 'bob'?");
        assertThat(there.list().number()).isEqualTo(1);
    }

    @Test
    void theOwnKeyIsRevokedOnlyWhereThatIsMeant() throws Exception {
        steward("operator", "add", "bob", key(bob));

        assertThat(steward("operator", "revoke", "ann")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("is your own key", "--yes");
        assertThat(there.list().number()).isEqualTo(1);
        assertThat(steward("operator", "revoke", "ann", "--yes")).isZero();
        assertThat(there.list().number()).isEqualTo(2);
    }

    @Test
    void anAuthorityThatIsOnNoListIsRevokedByItsFingerprint() throws Exception {
        assertThat(steward("operator", "revoke", "bob")).isEqualTo(ExitCode.USAGE);
        assertThat(steward("operator", "revoke", bob.id().value())).isZero();

        assertThat(there.list().operators())
                .containsExactly(new Operator("bob", bob.signer().key(), Optional.empty(), Optional.of(NOW)));
    }

    @Test
    void whereSomebodyElseWasFasterItIsTriedAgainOnTheirs() throws Exception {
        steward("operator", "add", "bob", key(bob));
        there.beforeTheNext(() -> there.show(list(operator, 2, KnownLists.active(operator), KnownLists.active(bob))));

        assertThat(steward("operator", "add", "eve", key(eve))).isZero();

        assertThat(there.list().number()).isEqualTo(3);
        assertThat(there.list().operators()).hasSize(3);
    }

    @Test
    void aListThatArrivedThoughItsAnswerWasLostIsDone() throws Exception {
        there.loseAnswers(2); // the JDK itself sends a POST twice before it says so

        assertThat(steward("operator", "add", "bob", key(bob))).isZero();

        assertThat(there.list().number()).isEqualTo(1);
        assertThat(err()).contains("list 1: bob");
    }

    @Test
    void whoIsNoAuthorityIsToldByTheStation() throws Exception {
        new OperatorsAtStation(station, FLEET, bob);

        assertThat(steward("operator", "add", "eve", key(eve))).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("signed by no authority of this fleet");
        assertThat(kept().number()).isZero();
    }

    @Test
    void aStationOfAnotherFleetIsNoticed() throws Exception {
        new OperatorsAtStation(station, FleetId.of(new byte[16]), operator);

        assertThat(steward("operator", "add", "eve", key(eve))).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("is of the fleet 00000000000000000000000000000000");
        assertThat(station.requests("POST")).isEmpty();
    }

    @Test
    void aStationWithoutATrustFileIsSaidSo() {
        station.on(
                "GET /api/v1/operators",
                200,
                "{\"fleet\":null,\"problem\":\"no trust.yaml\",\"number\":0,\"list\":null,\"operators\":[]}");

        assertThat(steward("operator", "add", "eve", key(eve))).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("takes no list of operators: no trust.yaml");
        assertThat(steward("operator", "list")).isZero();
        assertThat(err()).contains("no trust file that it can use: no trust.yaml");
    }

    @Test
    void aStationThatSlipsAKeyInGetsNoSignatureForIt() throws Exception {
        steward("operator", "add", "bob", key(bob));
        there.show(list(bob, 2, KnownLists.active(operator), KnownLists.active(bob), KnownLists.active(eve)));

        assertThat(steward("operator", "revoke", "bob")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("new: eve, " + eve.id()).contains("--accept ");
        assertThat(there.list().number()).isEqualTo(2);
        assertThat(kept().number()).isEqualTo(1);

        String mark = err().strip().substring(err().strip().lastIndexOf(' ') + 1);
        assertThat(steward("operator", "revoke", "bob", "--accept", mark)).isZero();
        assertThat(there.list().number()).isEqualTo(3);
    }

    @Test
    void aStationThatSignsWithAKeyOfItsOwnGetsNoSignatureOnTop() throws Exception {
        steward("operator", "add", "bob", key(bob));
        there.show(list(
                eve,
                OperatorList.LAST_NUMBER - 1,
                KnownLists.revoked(operator),
                KnownLists.revoked(bob),
                KnownLists.revoked(eve)));

        assertThat(steward("operator", "add", "carl", key(new Identity(FLEET, "carl", Ed25519.generate()))))
                .isEqualTo(ExitCode.CREDENTIAL);

        assertThat(err()).contains("not to be trusted").doesNotContain("--accept");
        assertThat(there.list().operators()).hasSize(3);
        assertThat(kept().number()).isEqualTo(1);
    }

    @Test
    void aStationWhoseLedgerIsOlderGetsTheListBackThatWasSeen() throws Exception {
        steward("operator", "add", "bob", key(bob));
        KnownList first = there.list();
        steward("operator", "revoke", "bob");
        there.show(first);

        assertThat(steward("operator", "add", "eve", key(eve))).isZero();

        assertThat(err()).contains("had list 1 of operators only; it was given back list 2");
        assertThat(there.list().number()).isEqualTo(3);
        assertThat(there.list().operators().stream()
                        .filter(each -> each.revokedAt().isPresent()))
                .hasSize(1);
    }

    @Test
    void aStationThatDoesNotTakeTheSeenListBackIsSaidSo() throws Exception {
        steward("operator", "add", "bob", key(bob));
        steward("operator", "revoke", "bob");
        new OperatorsAtStation(station, FLEET, bob);

        assertThat(steward("operator", "add", "eve", key(eve))).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("the station has list 0 of operators, but list 2 was seen here");
    }

    @Test
    void theListShowsStatesInATableAndAsJson() throws Exception {
        var soon =
                new Operator("bob", bob.signer().key(), Optional.of(NOW.plus(Duration.ofHours(5))), Optional.empty());
        there.show(list(operator, 4, KnownLists.active(operator), soon, KnownLists.revoked(eve)));

        assertThat(steward("operator", "list")).isZero();
        assertThat(out()).isEqualTo("""
                NAME  STATE           AUTHORITY  FINGERPRINT
                ann   active          yes        %s
                bob   expires in 5h   yes        %s
                eve   revoked 3m ago  -          %s
                """.formatted(operator.id(), bob.id(), eve.id()));
        out.reset();
        assertThat(steward("operator", "list", "--json")).isZero();
        assertThat(out())
                .startsWith("{\"fleet\":\"" + FLEET
                        + "\",\"problem\":null,\"number\":4,\"operators\":[{\"name\":\"ann\",\"key\":\"ssh-")
                .contains(
                        "\"state\":\"revoked\",\"authority\":false,\"expiresAt\":null,\"revokedAt\":\"2026-01-31T12:00:00.000Z\"");
    }

    private KnownList kept() throws Exception {
        return new OperatorFolder(data.resolve("operator")).known();
    }

    private static String key(Identity who) {
        return who.signer().key().toString();
    }

    private static KnownList list(Identity by, long number, Operator... operators) {
        try {
            return KnownLists.signed(by, number, List.of(operators));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
