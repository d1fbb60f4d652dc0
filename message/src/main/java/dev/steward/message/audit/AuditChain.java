// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.audit;

import dev.steward.message.AuditHead;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.Digest;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Follows an audit log from its first entry and refuses what can't be as it was written. Nothing rests on the word of
 * whoever shows it. Not thread-safe.
 */
public final class AuditChain {
    /**
     * An entry as it is kept.
     *
     * @param entry its exact bytes
     * @param hash as it stands beside the entry
     * @param head signed, where the station has signed one here
     */
    public record Link(byte[] entry, String hash, Optional<SignedDocument> head) {}

    private static final long UNSIGNED_ENTRIES = 1_500;
    private static final Duration UNSIGNED_TIME = Duration.ofMinutes(90);

    private final Signatures check;
    private Optional<VerificationKey> key;
    private long number;
    private AuditHash hash = AuditHash.NONE;
    private long signedNumber;
    private Optional<AuditHead> last = Optional.empty();
    private Optional<Instant> unsignedSince = Optional.empty();
    private Optional<Instant> firstAt = Optional.empty();
    private Optional<Instant> lastAt = Optional.empty();

    /** @param key with which the heads must be signed; empty for the one that signs the first */
    public AuditChain(Signatures check, Optional<VerificationKey> key) {
        this.check = check;
        this.key = key;
    }

    /** Follows a log of which only what comes behind {@code base} is kept, and whose heads nobody signs. */
    public static AuditChain behind(AuditMark base) {
        var chain = new AuditChain(Signatures.ED25519, Optional.empty());
        chain.number = base.number();
        chain.hash = base.hash();
        return chain;
    }

    /** @return what the entry says */
    public AuditEntry follow(Link link) throws RefusedException {
        long next = number + 1;
        AuditHash expected = hash.then(link.entry);
        if (!expected.hex().equals(link.hash)) {
            throw new RefusedException(
                    "entry %d, or its hash, was changed, or one before it left out: with those before it, what stands there has the hash %s, and beside it stands %s"
                            .formatted(next, expected, shown(link.hash)));
        }
        AuditEntry entry;
        try {
            entry = AuditEntry.decode(link.entry);
        } catch (RefusedException e) {
            throw new RefusedException("entry %d can't be read: %s".formatted(next, e.getMessage()));
        }
        if (entry.number() != next) {
            throw new RefusedException("after entry %d comes one with the number %d".formatted(number, entry.number()));
        }
        number = next;
        hash = expected;
        firstAt = firstAt.or(() -> Optional.of(entry.at()));
        lastAt = Optional.of(entry.at());
        unsignedSince = unsignedSince.or(() -> Optional.of(entry.at()));
        if (link.head.isPresent()) {
            follow(link.head.get());
        }
        return entry;
    }

    private void follow(SignedDocument signed) throws RefusedException {
        String which = "the signed head of entry %d ".formatted(number);
        AuditHead head;
        try {
            if (!(signed.read() instanceof AuditHead read)) {
                throw new RefusedException("it is another document");
            }
            head = read;
        } catch (RefusedException e) {
            throw new RefusedException(which + "can't be read: " + e.getMessage());
        }
        if (!head.key().equals(key.orElse(head.key()))) {
            throw new RefusedException(which
                    + "is by the key %s, and those before it by %s"
                            .formatted(head.key().id(), key.orElseThrow().id()));
        }
        if (!signed.isSignedBy(head.key(), check)) {
            throw new RefusedException(which + "was changed: its signature does not hold");
        }
        if (head.number() != number || !head.hash().equals(hash)) {
            throw new RefusedException(which
                    + "says entry %d with the hash %s, and here is %d with %s"
                            .formatted(head.number(), head.hash(), number, hash));
        }
        if (!last.map(AuditHead::fleet).orElse(head.fleet()).equals(head.fleet())
                || !last.map(AuditHead::station).orElse(head.station()).equals(head.station())) {
            throw new RefusedException(which
                    + "is of the station %s in the fleet %s, and those before it of another"
                            .formatted(head.station(), head.fleet()));
        }
        key = Optional.of(head.key());
        last = Optional.of(head);
        signedNumber = number;
        unsignedSince = Optional.empty();
    }

    /**
     * To be called behind the last entry: a station signs every 1,000 entries and every hour, so that a longer end without a
     * signature is nobody's word.
     */
    public void checkSigned() throws RefusedException {
        boolean old = unsignedSince
                .filter(since -> since.plus(UNSIGNED_TIME).isBefore(lastAt.orElse(since)))
                .isPresent();
        if (number - signedNumber > UNSIGNED_ENTRIES || old) {
            throw new RefusedException(
                    "no entry behind %d is signed, %d of them since %s; the station signs every 1,000 and every hour, unless its trust file can't be used"
                            .formatted(signedNumber, number - signedNumber, unsignedSince.orElseThrow()));
        }
    }

    /** The last signed head; empty where there was none. */
    public Optional<AuditHead> head() {
        return last;
    }

    /** The last entry that was followed. */
    public long number() {
        return number;
    }

    /** Of the last entry that was followed. */
    public AuditHash hash() {
        return hash;
    }

    /** The last entry with a signed head, 0 where there was none. */
    public long signedNumber() {
        return signedNumber;
    }

    /** Whose signatures the heads have. */
    public Optional<VerificationKey> key() {
        return key;
    }

    public Optional<Instant> firstAt() {
        return firstAt;
    }

    public Optional<Instant> lastAt() {
        return lastAt;
    }

    /** SHA-256 over documents as they were signed, one after the other, in hexadecimal. */
    public static String digest(List<byte[]> documents) {
        byte[] all = new byte
                [documents.stream().mapToInt(document -> document.length).sum()];
        int end = 0;
        for (byte[] document : documents) {
            System.arraycopy(document, 0, all, end, document.length);
            end += document.length;
        }
        return HexFormat.of().formatHex(Digest.SHA_256.of(all));
    }

    private static String shown(String hash) {
        return hash.length() > 64 ? hash.substring(0, 64) + "…" : hash;
    }
}
