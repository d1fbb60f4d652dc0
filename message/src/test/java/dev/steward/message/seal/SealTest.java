// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.WireMessage;
import dev.steward.message.link.Link;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** By its MAC the receiver knows who has sent a frame, to whom, and that nothing of it was changed. */
class SealTest {
    private static final FleetId FLEET = new FleetId("00112233445566778899aabbccddeeff");
    private static final LinkKeyPair STATION = LinkKeyPair.generate();
    private static final LinkKeyPair SHIP1 = LinkKeyPair.generate();
    private static final LinkKeyPair SHIP2 = LinkKeyPair.generate();

    private static final KeyId IDENTITY = Ed25519.generate().key().id();

    private final Seal ship1 = seal(FLEET, Link.End.NODE, SHIP1, STATION);
    private final Seal station = seal(FLEET, Link.End.STATION, STATION, SHIP1);

    private static Seal seal(FleetId fleet, Link.End end, LinkKeyPair own, LinkKeyPair peer) {
        return seal(fleet, IDENTITY, end, own, peer);
    }

    private static Seal seal(FleetId fleet, KeyId node, Link.End end, LinkKeyPair own, LinkKeyPair peer) {
        return Seal.of(fleet, node, end, own, peer.key());
    }

    private static WireMessage frame() {
        var headers = new LinkedHashMap<String, String>();
        for (int i = 0; i < Seal.COVERED.length(); i++) {
            headers.put(Seal.COVERED.substring(i, i + 1), "value " + i);
        }
        headers.remove(Seal.ENCRYPTED);
        headers.put("f", "ship1");
        return new WireMessage("central.ack.shellcommand.operatingsystem", headers, new byte[] {1, 2, 3});
    }

    @Test
    void whatOneEndHasSealedTheOtherLetsIn() throws Exception {
        station.open(ship1.seal(frame()));
        ship1.open(station.seal(frame()));
        assertThat(ship1.seal(frame()).headers().get(Seal.HEADER)).hasSize(22); // 16 bytes in base64
    }

    @Test
    void nobodyElsesSealHolds() {
        assertForged(station, seal(FLEET, Link.End.NODE, SHIP2, STATION).seal(frame()));
        assertForged(ship1, seal(FLEET, Link.End.STATION, SHIP2, SHIP1).seal(frame()));
        assertForged(
                station,
                seal(new FleetId("f".repeat(32)), Link.End.NODE, SHIP1, STATION).seal(frame()));
        assertForged( // who shows ship1's link key as his own
                station,
                seal(FLEET, Ed25519.generate().key().id(), Link.End.NODE, SHIP1, STATION)
                        .seal(frame()));
    }

    @Test
    void aFrameSentBackToItsSenderIsForged() {
        assertForged(ship1, ship1.seal(frame()));
        assertForged(station, station.seal(frame()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"v", "f", "g", "s", "t", "c", "l", "n", "i", "z"})
    void noHeaderOfAFrameCanBeChangedTakenAwayOrAdded(String name) {
        WireMessage sealed = ship1.seal(frame());
        assertForged(station, with(sealed, name, sealed.headers().get(name) + "1"));
        assertForged(station, without(sealed, name));
        assertForged(station, with(ship1.seal(without(frame(), name)), name, "1"));
    }

    @Test
    void neitherSubjectNorBodyCanBeChangedAndNothingCanMoveBetweenThem() {
        WireMessage sealed = ship1.seal(frame());
        assertForged(station, new WireMessage("central.ack.other.steward", sealed.headers(), sealed.body()));
        assertForged(station, new WireMessage(sealed.subject(), sealed.headers(), new byte[] {1, 2, 4}));
        assertForged(station, new WireMessage(sealed.subject(), sealed.headers(), new byte[] {1, 2, 3, 0}));
        WireMessage moved = with(with(sealed, "v", "value"), "f", " 0ship1");
        assertForged(station, moved);
    }

    @Test
    void headersOfOtherToolsAreNoPartOfIt() throws Exception {
        station.open(with(ship1.seal(frame()), "trace", "anything"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA", "no base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void whatIsNoMacAtAllIsForged(String mac) {
        assertForged(station, with(frame(), Seal.HEADER, mac));
    }

    @Test
    void everySingleBitCounts() {
        WireMessage sealed = ship1.seal(frame());
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            byte[] body = sealed.body().clone();
            body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
            assertForged(station, new WireMessage(sealed.subject(), sealed.headers(), body));
        }
    }

    @Test
    void anEncryptedBodyIsReadByTheOtherEndAloneAndIsNeverTheSameTwice() throws Exception {
        WireMessage frame = frame();
        WireMessage first = ship1.encrypted(frame);
        WireMessage second = ship1.encrypted(frame);
        assertThat(station.open(first).body()).isEqualTo(frame.body());
        assertThat(station.open(second).body()).isEqualTo(frame.body());
        assertThat(station.open(first).headers()).doesNotContainKey(Seal.ENCRYPTED);
        assertThat(first.body()).hasSize(frame.body().length + BodyCipher.NONCE_BYTES + BodyCipher.TAG_BYTES);
        assertThat(first.body()).isNotEqualTo(second.body());
        assertThat(new String(first.body(), StandardCharsets.ISO_8859_1))
                .doesNotContain(new String(frame.body(), StandardCharsets.ISO_8859_1));
        assertThat(ship1.open(station.encrypted(new WireMessage("ship1.ack.link.control", Map.of(), new byte[0])))
                        .body())
                .isEmpty();
    }

    @Test
    void nobodyMakesAnEncryptedBodyAPlainOneOrTheOtherWayRound() {
        assertForged(station, without(ship1.encrypted(frame()), Seal.ENCRYPTED));
        assertForged(station, with(ship1.seal(frame()), Seal.ENCRYPTED, "1"));
        assertForged(ship1, ship1.encrypted(frame()));
        WireMessage otherKey = seal(FLEET, Link.End.NODE, SHIP2, STATION).encrypted(frame());
        WireMessage mixed = ship1.seal(otherKey); // by whoever has the MAC's key alone
        assertThatThrownBy(() -> station.open(mixed))
                .isInstanceOf(ForgedException.class)
                .hasMessage("unreadable");
        assertThatThrownBy(() -> station.open(ship1.seal(with(frame(), Seal.ENCRYPTED, "1"))))
                .isInstanceOf(ForgedException.class)
                .hasMessage("unreadable");
    }

    /** RFC 7748, section 5.2. */
    @Test
    void theSecretIsThatOfTheStandard() throws Exception {
        LinkKeyPair scalar = pair("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4");
        LinkKey point =
                LinkKey.of(HexFormat.of().parseHex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"));
        assertThat(scalar.secretWith(point))
                .isEqualTo(HexFormat.of().parseHex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "0900000000000000000000000000000000000000000000000000000000000080",
            })
    void aPointThatSharesNoSecretOrIsWrittenInASecondWayIsNoKey(String point) {
        assertThatThrownBy(() -> LinkKey.of(HexFormat.of().parseHex(point)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("no point");
    }

    @Test
    void aKeyFileIsReadAsItWasWrittenAndADamagedOneIsNot() throws Exception {
        assertThat(LinkKeyPair.read(SHIP1.text(), "link.key").key()).isEqualTo(SHIP1.key());
        assertThat(LinkKey.parse(SHIP1.key().toString())).isEqualTo(SHIP1.key());
        for (String damaged : new String[] {
            "", "x", SHIP1.text().replace("BEGIN", "BEGAN"), SHIP1.text().substring(40)
        }) {
            assertThatThrownBy(() -> LinkKeyPair.read(damaged, "link.key"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("link.key is damaged");
        }
        assertThatThrownBy(() -> LinkKey.parse("AAAA")).isInstanceOf(RefusedException.class);
    }

    @Test
    void theGuardAsksTheSendersOwnSealAndCountsWhatItRefusesByKind() throws Exception {
        var guard = new FrameGuard(sender -> {
            if (sender.equals(new NodeName("ship1"))) {
                return List.of(station);
            }
            throw sender.equals(new NodeName("ship2")) ? FrameGuard.revoked() : FrameGuard.unknown();
        });
        WireMessage sealed = ship1.seal(frame());
        guard.open(sealed);
        assertThat(kind(guard, with(sealed, "f", "ship2"))).isEqualTo(ForgedException.Kind.REVOKED_SENDER);
        assertThat(kind(guard, with(sealed, "f", "ship3"))).isEqualTo(ForgedException.Kind.UNKNOWN_SENDER);
        assertThat(kind(guard, with(sealed, "f", "no node!"))).isEqualTo(ForgedException.Kind.NO_SENDER);
        assertThat(kind(guard, without(sealed, "f"))).isEqualTo(ForgedException.Kind.NO_SENDER);
        assertThat(kind(guard, without(sealed, Seal.HEADER))).isEqualTo(ForgedException.Kind.NO_MAC);
        assertThat(kind(guard, with(sealed, "n", "99"))).isEqualTo(ForgedException.Kind.WRONG_MAC);

        var wrong = ForgedException.Kind.WRONG_MAC;
        assertThat(guard.refused(wrong, with(sealed, "f", "ship1\u001b[2J")))
                .contains(
                        "1 messages refused, wrong mac; the last on central.ack.shellcommand.operatingsystem, said to be from ship1\\x1b[2J");
        assertThat(guard.refused(wrong, sealed).orElseThrow()).startsWith("2 messages");
        assertThat(guard.refused(wrong, sealed)).isEqualTo(Optional.empty());
        assertThat(guard.refused(ForgedException.Kind.NO_MAC, sealed).orElseThrow())
                .startsWith("1 messages");
    }

    private static ForgedException.Kind kind(FrameGuard guard, WireMessage message) {
        try {
            guard.open(message);
            throw new AssertionError("let in");
        } catch (ForgedException e) {
            return e.kind();
        }
    }

    private static void assertForged(Seal receiver, WireMessage message) {
        assertThatThrownBy(() -> receiver.open(message)).isInstanceOf(ForgedException.class);
    }

    private static WireMessage with(WireMessage message, String name, String value) {
        Map<String, String> headers = new LinkedHashMap<>(message.headers());
        headers.put(name, value);
        return new WireMessage(message.subject(), headers, message.body());
    }

    private static WireMessage without(WireMessage message, String name) {
        Map<String, String> headers = new LinkedHashMap<>(message.headers());
        headers.remove(name);
        return new WireMessage(message.subject(), headers, message.body());
    }

    private static LinkKeyPair pair(String scalar) throws RefusedException {
        byte[] encoded = HexFormat.of().parseHex("302e020100300506032b656e04220420" + scalar);
        return LinkKeyPair.read(
                "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
                        .formatted(Base64.getEncoder().encodeToString(encoded)),
                "a vector");
    }
}
