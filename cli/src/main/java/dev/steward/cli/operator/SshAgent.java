// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.Signer;
import dev.steward.message.signing.SigningException;
import dev.steward.message.signing.SshBytes;
import dev.steward.message.signing.SshReader;
import dev.steward.message.signing.VerificationKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A running ssh-agent (draft-miller-ssh-agent): it holds keys that never leave it, and signs. Each question is a
 * connection of its own.
 */
public final class SshAgent {
    /** A key that it holds. */
    public record Held(VerificationKey key, String comment) {}

    private static final int REQUEST_IDENTITIES = 11;
    private static final int IDENTITIES = 12;
    private static final int SIGN_REQUEST = 13;
    private static final int SIGN_RESPONSE = 14;

    private static final Duration LIST_LIMIT = Duration.ofSeconds(5);

    /** A person may have to confirm it. */
    private static final Duration SIGN_LIMIT = Duration.ofSeconds(60);

    private final AgentSocket socket;
    private final Duration listLimit;
    private final Duration signLimit;

    SshAgent(Path socket, Duration listLimit, Duration signLimit) {
        this.socket = new AgentSocket(socket);
        this.listLimit = listLimit;
        this.signLimit = signLimit;
    }

    public static SshAgent of(Surroundings surroundings) throws Failure {
        return new SshAgent(
                Path.of(surroundings
                        .variable("SSH_AUTH_SOCK")
                        .orElseThrow(() -> Failure.credential("SSH_AUTH_SOCK is not set, so no ssh-agent is known\n"
                                + "  start one with `eval $(ssh-agent)`, and load the key with `ssh-add FILE`"))),
                LIST_LIMIT,
                SIGN_LIMIT);
    }

    /** Its Ed25519 keys; others are passed over. */
    public List<Held> keys() throws SigningException {
        byte[] answer = socket.ask(new SshBytes().raw((byte) REQUEST_IDENTITIES).toByteArray(), listLimit);
        try {
            SshReader reader = opened(answer, IDENTITIES, "does not list its keys");
            var keys = new ArrayList<Held>();
            int count = reader.number();
            for (int i = 0; Integer.compareUnsigned(i, count) < 0; i++) { // each takes bytes, so a lie soon ends
                byte[] blob = reader.string();
                String comment = reader.text();
                if (isEd25519(blob)) {
                    keys.add(new Held(VerificationKey.ofBlob(blob), comment));
                }
            }
            reader.end();
            return keys;
        } catch (RefusedException e) {
            throw new SigningException(e.getMessage());
        }
    }

    private static boolean isEd25519(byte[] blob) throws RefusedException {
        return new SshReader(blob, "a key of the ssh-agent").text().equals(VerificationKey.TYPE);
    }

    public Signer signer(VerificationKey key) {
        return new Signer() {
            @Override
            public VerificationKey key() {
                return key;
            }

            @Override
            public byte[] sign(byte[] text) throws SigningException {
                return SshAgent.this.sign(key, text);
            }
        };
    }

    private byte[] sign(VerificationKey key, byte[] text) throws SigningException {
        byte[] request = new SshBytes()
                .raw((byte) SIGN_REQUEST)
                .string(key.blob())
                .string(text)
                .number(0)
                .toByteArray();
        byte[] answer = socket.ask(request, signLimit);
        try {
            SshReader outer = opened(
                    answer,
                    SIGN_RESPONSE,
                    "does not sign with %s; it may be locked, not hold this key (`ssh-add -l` lists those it holds), or nobody confirmed"
                            .formatted(key.id()));
            var reader = new SshReader(outer.string(), "the ssh-agent's signature");
            outer.end();
            String type = reader.text();
            byte[] signature = reader.string();
            reader.end();
            if (type.equals(VerificationKey.TYPE) && Signatures.ED25519.isValid(key, text, signature)) {
                return signature;
            }
        } catch (RefusedException e) {
            throw new SigningException(e.getMessage());
        }
        throw new SigningException(socket + " gives a signature of " + key.id() + " that does not hold");
    }

    private SshReader opened(byte[] answer, int wanted, String otherwise) throws RefusedException {
        if (answer.length == 0 || answer[0] != wanted) {
            throw new RefusedException("%s %s".formatted(socket, otherwise));
        }
        var reader = new SshReader(answer, socket + "'s answer");
        reader.raw(1);
        return reader;
    }
}
