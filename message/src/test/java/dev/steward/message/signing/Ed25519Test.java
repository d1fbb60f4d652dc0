// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.RefusedException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ed25519Test {
    /** The order of the base point, RFC 8032. */
    private static final BigInteger ORDER =
            BigInteger.ONE.shiftLeft(252).add(new BigInteger("27742317777372353535851937790883648493"));

    /** RFC 8032, 7.1: tests 1, 2, 3 and SHA(abc). */
    @ParameterizedTest
    @CsvSource({
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,"
                + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,"
                + "'',"
                + "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,"
                + "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,"
                + "72,"
                + "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7,"
                + "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025,"
                + "af82,"
                + "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42,"
                + "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf,"
                + "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f,"
                + "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
    })
    void theVectorsOfTheRfcHold(String seed, String point, String text, String signature) throws Exception {
        VerificationKey key = VerificationKey.of(bytes(point));
        Ed25519 pair = Ed25519.of(bytes(seed), key);

        assertThat(pair.sign(bytes(text))).isEqualTo(bytes(signature));
        assertThat(Signatures.ED25519.isValid(key, bytes(text), bytes(signature)))
                .isTrue();
        assertThat(pair.seed()).isEqualTo(bytes(seed));
    }

    @Test
    void aGeneratedKeyIsOneThatItsSeedGivesAgain() throws Exception {
        Ed25519 key = Ed25519.generate();
        byte[] text = {1, 2, 3};

        assertThat(Ed25519.of(key.seed(), key.key()).sign(text)).isEqualTo(key.sign(text));
        assertThat(key.key()).isNotEqualTo(Ed25519.generate().key());
        assertThatThrownBy(() -> Ed25519.of(key.seed(), Ed25519.generate().key()))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("do not belong together");
        assertThatThrownBy(() -> Ed25519.of(new byte[31], key.key())).isInstanceOf(RefusedException.class);
    }

    @Test
    void everyFlippedBitOfASignatureOrTextIsNoticed() {
        Ed25519 key = Ed25519.generate();
        byte[] text = "order".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] signature = key.sign(text);

        for (int bit = 0; bit < 8 * signature.length; bit++) {
            assertThat(Signatures.ED25519.isValid(key.key(), text, flipped(signature, bit)))
                    .isFalse();
        }
        for (int bit = 0; bit < 8 * text.length; bit++) {
            assertThat(Signatures.ED25519.isValid(key.key(), flipped(text, bit), signature))
                    .isFalse();
        }
        for (int length : new int[] {0, 63, 65}) {
            assertThat(Signatures.ED25519.isValid(key.key(), text, Arrays.copyOf(signature, length)))
                    .isFalse();
        }
    }

    /** Else whoever sees a signature could make a second one of it, without the key. */
    @Test
    void aSignatureWhoseScalarIsTooLargeDoesNotHold() {
        Ed25519 key = Ed25519.generate();
        byte[] signature = key.sign(new byte[] {1});
        BigInteger scalar = new BigInteger(1, reversed(Arrays.copyOfRange(signature, 32, 64)));
        byte[] larger = reversed(fixed(scalar.add(ORDER)));
        System.arraycopy(larger, 0, signature, 32, 32);

        assertThat(Signatures.ED25519.isValid(key.key(), new byte[] {1}, signature))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        // written in another way: p, p + 1, 2^255 - 1
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
    })
    void pointsOfSmallOrderAndPointsWrittenInASecondWayAreNoKeys(String point) {
        assertThatThrownBy(() -> VerificationKey.of(bytes(point)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("no point that a key could be");
    }

    /** About half of all numbers are no point of the curve. */
    @Test
    void whatIsNoPointOfTheCurveVerifiesNothing() throws Exception {
        var random = new Random(1);
        byte[] signature = Ed25519.generate().sign(new byte[0]);
        for (int i = 0; i < 200; i++) {
            byte[] point = new byte[VerificationKey.BYTES];
            random.nextBytes(point);
            assertThat(Signatures.ED25519.isValid(VerificationKey.of(point), new byte[0], signature))
                    .isFalse();
        }
    }

    @Test
    void aLineOfAKeyIsReadWithOrWithoutComment() throws Exception {
        VerificationKey key = Ed25519.generate().key();

        assertThat(VerificationKey.parse(key.toString())).isEqualTo(key);
        assertThat(VerificationKey.parse(" " + key + "  ann at her desk\n")).isEqualTo(key);
        assertThat(VerificationKey.ofBlob(key.blob())).isEqualTo(key);
        assertThat(key.id().toString()).matches("SHA256:[A-Za-z0-9+/]{43}");
        for (String wrong : new String[] {
            "",
            "ssh-ed25519",
            "ssh-rsa " + key.toString().substring(12),
            "ssh-ed25519 !!!!",
            "ssh-ed25519 AAAA",
            key.toString().substring(0, 60),
            "no-pty " + key
        }) {
            assertThatThrownBy(() -> VerificationKey.parse(wrong)).isInstanceOf(RefusedException.class);
        }
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        return flipped;
    }

    private static byte[] fixed(BigInteger number) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[32];
        int from = Math.max(0, bytes.length - 32);
        System.arraycopy(bytes, from, fixed, 32 - (bytes.length - from), bytes.length - from);
        return fixed;
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
