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
import dev.steward.store.PrivateFile;
import dev.steward.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The key with which a station signs the heads of its audit log, and nothing else: {@code audit.key} of its data folder. */
final class AuditKey implements HeadSigner {
    private final Ed25519 key;
    private final NodeName station;
    private final Supplier<Optional<FleetId>> fleet;
    private final RandomGenerator random;

    /** @param fleet of the trust file in force; empty where that can't be used */
    AuditKey(Path data, NodeName station, Supplier<Optional<FleetId>> fleet, RandomGenerator random) {
        this.key = key(data.resolve("audit.key"), station);
        this.station = station;
        this.fleet = fleet;
        this.random = random;
    }

    private static Ed25519 key(Path file, NodeName station) {
        Optional<String> text = PrivateFile.read(file);
        try {
            if (text.isPresent()) {
                return OpenSshKey.read(text.get().getBytes(StandardCharsets.ISO_8859_1), file.toString())
                        .key();
            }
        } catch (RefusedException e) {
            throw new StoreException(e.getMessage(), e);
        }
        Ed25519 fresh = Ed25519.generate();
        PrivateFile.write(file, new OpenSshKey(fresh, "audit of " + station).text());
        return fresh;
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
