// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.Document;
import dev.steward.message.FleetId;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.Signer;
import dev.steward.message.signing.SigningException;
import dev.steward.message.signing.VerificationKey;
import dev.steward.message.trust.LocalTrust;
import dev.steward.message.trust.TrustFile;
import dev.steward.message.trust.TrustTemplate;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/**
 * Operators of simulated fleets. Their signatures are sums over key and text: as unlike for every change as real ones, and a
 * thousand times as quick. Nobody in the simulation makes one but here.
 */
final class SimOperator implements Signer {
    static final FleetId FLEET = new FleetId("00112233445566778899aabbccddeeff");

    /** The authority of every trust file. */
    static final SimOperator ANNA = new SimOperator(1);

    /** On the list of operators, until that revokes his key. */
    static final SimOperator BOB = new SimOperator(2);

    /** On no list. */
    static final SimOperator EVE = new SimOperator(3);

    static final VerificationKey KEY = ANNA.key();

    static final Signatures SIGNATURES = (key, text, signature) -> Arrays.equals(signature, signature(key, text));

    static final LocalTrust TRUST = trust();

    private final VerificationKey key;

    private SimOperator(int seed) {
        byte[] bytes = new byte[VerificationKey.BYTES];
        new Random(seed).nextBytes(bytes);
        try {
            this.key = VerificationKey.of(bytes);
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public VerificationKey key() {
        return key;
    }

    @Override
    public byte[] sign(byte[] text) {
        return signature(key, text);
    }

    byte[] signed(Document document) {
        try {
            return SignedDocument.sign(document, this).encode();
        } catch (SigningException e) {
            throw new IllegalStateException(e);
        }
    }

    static Document read(byte[] signed) {
        try {
            return SignedDocument.decode(signed).read();
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] signature(VerificationKey key, byte[] text) {
        long sum = Arrays.hashCode(text) * 31L + key.hashCode();
        var bytes = ByteBuffer.allocate(Signatures.BYTES);
        while (bytes.hasRemaining()) {
            sum = sum * 6364136223846793005L + 1442695040888963407L;
            bytes.putLong(sum);
        }
        return bytes.array();
    }

    private static LocalTrust trust() {
        try {
            return LocalTrust.of(TrustFile.parse("trust.yaml", TrustTemplate.text(FLEET, "anna", KEY, "full")));
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }
}
