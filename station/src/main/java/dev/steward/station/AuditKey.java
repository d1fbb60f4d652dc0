// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import dev.steward.message.AuditHead;
import dev.steward.message.CommandId;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.link.Now;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.OpenSshKey;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.SigningException;
import dev.steward.station.core.HeadSigner;
import dev.steward.station.core.LedgerWrite;
import dev.steward.station.ledger.Ledger;
import dev.steward.store.PrivateFile;
import dev.steward.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The key with which a station signs the heads of its audit log, and nothing else: {@code audit.key} of its data folder. */
final class AuditKey implements HeadSigner {
    private static final System.Logger LOG = System.getLogger(AuditKey.class.getName());

    private final Ed25519 key;
    private final Path last;
    private final NodeName station;
    private final Supplier<Optional<FleetId>> fleet;
    private final RandomGenerator random;

    /**
     * @param fleet of the trust file in force; empty where that can't be used
     * @param hasSigned whether the ledger holds heads, which none but this key can have signed
     */
    AuditKey(
            Path data, NodeName station, Supplier<Optional<FleetId>> fleet, RandomGenerator random, boolean hasSigned) {
        this.key = key(data.resolve("audit.key"), station, hasSigned);
        this.last = data.resolve("audit.head");
        this.station = station;
        this.fleet = fleet;
        this.random = random;
    }

    private static Ed25519 key(Path file, NodeName station, boolean hasSigned) {
        Optional<String> text = PrivateFile.read(file);
        try {
            if (text.isPresent()) {
                return OpenSshKey.read(text.get().getBytes(StandardCharsets.ISO_8859_1), file.toString())
                        .key();
            }
        } catch (RefusedException e) {
            throw new StoreException(e.getMessage(), e);
        }
        if (hasSigned) {
            throw new StoreException(
                    "%s is missing, with which the audit log of this ledger was signed: restore it from a backup"
                            .formatted(file),
                    null);
        }
        Ed25519 fresh = Ed25519.generate();
        PrivateFile.write(file, new OpenSshKey(fresh, "audit of " + station).text());
        return fresh;
    }

    /**
     * What was signed is in the ledger: remembered beside it, so that a ledger that was changed is noticed. Where that
     * can't be written the one before it goes on to tell the same of what was signed until then.
     */
    void signed(LedgerWrite.PutAuditHead head) {
        try {
            PrivateFile.write(last, "%d %s\n".formatted(head.number(), head.hash()));
        } catch (StoreException e) {
            LOG.log(System.Logger.Level.WARNING, e.getMessage());
        }
    }

    /** Whether the ledger's log is that which was signed last; what is not so is signed all the same, and said. */
    Optional<String> doubt(Ledger ledger) {
        Optional<String> signed = PrivateFile.read(last).map(String::strip);
        if (signed.isEmpty()) {
            return Optional.empty();
        }
        String[] words = signed.get().split(" ", 2);
        long number = words[0].matches("[0-9]{1,18}") ? Long.parseLong(words[0]) : 0;
        if (words.length == 2 && ledger.auditHash(number).equals(Optional.of(words[1]))) {
            return Optional.empty();
        }
        String doubt =
                "the audit log in the ledger is not the one whose entry %s this station has signed last: the ledger was restored from an older copy, or changed"
                        .formatted(words[0]);
        LOG.log(System.Logger.Level.ERROR, doubt);
        return Optional.of(doubt);
    }

    @Override
    public Optional<byte[]> sign(Now now, long number, AuditHash hash) {
        return fleet.get()
                .map(id -> new AuditHead(
                        CommandId.create(now.wall(), random), id, key.key(), now.wall(), station, number, hash))
                .map(this::signed);
    }

    private byte[] signed(AuditHead head) {
        try {
            return SignedDocument.sign(head, key).encode();
        } catch (SigningException e) {
            throw new IllegalStateException("a key in memory signs", e);
        }
    }
}
