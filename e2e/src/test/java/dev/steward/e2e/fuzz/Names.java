// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.fuzz;

import dev.steward.message.CommandId;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.broker.Credentials;
import dev.steward.message.broker.Nkey;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.Session;
import dev.steward.message.seal.LinkKey;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.OpenSshKey;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.VerificationKey;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Names, ids and keys. Where one has two ways to be written, two can pass for different ones. */
final class Names {
    private interface Kind {
        /** The text that it is written as. */
        String again(String text) throws RefusedException;
    }

    private static final List<Kind> EXACT = List.of(
            text -> CommandId.parse(text).toString(),
            text -> FleetId.parse(text).toString(),
            text -> NodeName.parse(text).toString(),
            text -> OperatorList.checkName(text),
            text -> Subject.parse(text).toString(),
            text -> Session.parse(text).toString(),
            text -> MessageId.parse(text).toString(),
            text -> KeyId.parse(text).toString(),
            text -> LinkKey.parse(text).toString(),
            text -> Nkey.USER.text(Nkey.USER.parse(text)),
            text -> Nkey.ACCOUNT.text(Nkey.ACCOUNT.parse(text)),
            text -> Nkey.OPERATOR.text(Nkey.OPERATOR.parse(text)),
            text -> Nkey.USER.seed(Nkey.USER.parseSeed(text)));

    private Names() {}

    static void all(byte[] input) throws RefusedException {
        String text = new String(input, StandardCharsets.UTF_8);
        boolean taken = false;
        for (Kind kind : EXACT) {
            try {
                String again = kind.again(text);
                Promises.holds(again.equals(text), "'%s' is also written as '%s'".formatted(text, again));
                taken = true;
            } catch (RefusedException e) {
                Promises.printable(e.getMessage());
            }
        }
        taken |= key(text, input);
        if (!taken) {
            throw new RefusedException("neither a name nor a key");
        }
    }

    private static boolean key(String text, byte[] input) {
        try {
            VerificationKey key = VerificationKey.parse(text);
            Promises.same(key, VerificationKey.parse(key.toString()));
            Promises.holds(
                    !Signatures.ED25519.isValid(key, input, new byte[Signatures.BYTES]), "zeros are a signature");
            return true;
        } catch (RefusedException e) {
            Promises.printable(e.getMessage());
            return false;
        }
    }

    static void keyFile(byte[] input) throws RefusedException {
        OpenSshKey key = OpenSshKey.read(input, "key");
        OpenSshKey again = OpenSshKey.read(key.text().getBytes(StandardCharsets.UTF_8), "key");
        Promises.same(key.key().key(), again.key().key());
        Promises.same(key.comment(), again.comment());
    }

    private static final VerificationKey OWNER = Ed25519.generate().key();

    static void credentials(byte[] input) throws RefusedException {
        Credentials credentials = Credentials.parse(new String(input, StandardCharsets.UTF_8), "broker.creds");
        Promises.holds(
                Credentials.parse(credentials.text(), "again").text().equals(credentials.text()), "another text");
        if (credentials.token().isPresent()) {
            String token = credentials.token().get();
            Credentials.checkOwner(token, credentials.key().key());
            try {
                Credentials.checkOwner(token, OWNER);
                throw new AssertionError("a token is for two keys");
            } catch (RefusedException e) {
                Promises.printable(e.getMessage());
            }
        }
    }
}
