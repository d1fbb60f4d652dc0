// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.enrolment;

import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.broker.Credentials;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.OpenSshKey;
import dev.steward.message.signing.VerificationKey;
import dev.steward.store.PrivateFile;
import dev.steward.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The keys of a node, which it makes itself and which never leave it.
 *
 * @param identity what the node is, whatever its name
 * @param link of its link to the station
 * @param login with which it logs in at the broker; with a token once it was let in at one that asks for it
 */
public record NodeKeys(Ed25519 identity, LinkKeyPair link, Credentials login) {
    private static final String IDENTITY = "identity";
    static final String LOGIN = "broker.creds";

    /** The keys in a data folder; empty where none were made there. */
    public static Optional<NodeKeys> in(Path folder) {
        Path file = folder.resolve(IDENTITY);
        Optional<String> text = PrivateFile.read(file);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Path linkKey = folder.resolve(PrivateFile.LINK_KEY);
        if (PrivateFile.read(linkKey).isEmpty()) {
            throw new StoreException(
                    "%s is missing, the other half of this node's keys: restore it, or enrol the machine anew in an empty folder"
                            .formatted(linkKey),
                    null);
        }
        try {
            OpenSshKey key = OpenSshKey.read(text.get().getBytes(StandardCharsets.ISO_8859_1), file.toString());
            return Optional.of(new NodeKeys(key.key(), PrivateFile.linkKey(folder), login(folder)));
        } catch (RefusedException e) {
            throw new StoreException(e.getMessage(), e);
        }
    }

    /** The keys in a data folder, made where there are none; {@code identity.pub} is for people and scripts to read. */
    public static NodeKeys ensure(Path folder, NodeName name) {
        Optional<NodeKeys> present = in(folder);
        if (present.isPresent()) {
            if (!Files.exists(folder.resolve(LOGIN))) { // lost, or from before nodes had one
                present.get().writeLogin(folder);
            }
            return present.get();
        }
        var keys = generate();
        keys.write(folder, name);
        return keys;
    }

    public static NodeKeys generate() {
        return new NodeKeys(Ed25519.generate(), LinkKeyPair.generate(), newLogin());
    }

    private static Credentials newLogin() {
        return new Credentials(Optional.empty(), Ed25519.generate());
    }

    private static Credentials login(Path folder) throws RefusedException {
        Path file = folder.resolve(LOGIN);
        Optional<String> text = PrivateFile.read(file);
        return text.isPresent() ? Credentials.parse(text.get(), file.toString()) : newLogin();
    }

    /** Whether the key for the broker that lies in a folder is this one. */
    static boolean hasLogin(Path folder, Optional<VerificationKey> login) {
        try {
            return Files.exists(folder.resolve(LOGIN))
                    && login.equals(Optional.of(login(folder).key().key()));
        } catch (RefusedException e) {
            throw new StoreException(e.getMessage(), e);
        }
    }

    NodeKeys withNewLogin() {
        return new NodeKeys(identity, link, newLogin());
    }

    /** The same identity, with the other keys of a folder. */
    NodeKeys withOthersOf(Path folder) {
        try {
            return new NodeKeys(identity, PrivateFile.linkKey(folder), login(folder));
        } catch (RefusedException e) {
            throw new StoreException(e.getMessage(), e);
        }
    }

    boolean areNamedBy(NodeRecord record) {
        return record.key().equals(identity.key())
                && record.linkKey().equals(link.key())
                && record.login().equals(Optional.of(login.key().key()));
    }

    /** The same keys, with what the station has issued for the broker. */
    public NodeKeys withBrokerToken(String token) {
        return new NodeKeys(identity, link, login.with(token));
    }

    void writeLogin(Path folder) {
        PrivateFile.write(folder.resolve(LOGIN), login.text());
    }

    /** Writes the key files, that of the identity last. */
    public void write(Path folder, NodeName name) {
        writeLogin(folder);
        PrivateFile.write(folder.resolve(PrivateFile.LINK_KEY), link.text());
        PrivateFile.write(folder.resolve(IDENTITY + ".pub"), "%s %s\n".formatted(identity.key(), name));
        PrivateFile.write(folder.resolve(IDENTITY), new OpenSshKey(identity, name.value()).text());
    }

    public KeyId id() {
        return identity.key().id();
    }
}
