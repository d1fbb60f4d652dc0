// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import dev.steward.message.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * A private key as OpenSSH keeps it in a file ({@code PROTOCOL.key} of OpenSSH): an Ed25519 key without a passphrase.
 *
 * @param comment for people; nothing protects it
 */
public record OpenSshKey(Ed25519 key, String comment) {
    /** Some 400 bytes and a comment is what one has. */
    public static final int FILE_BYTES = 16 * 1024;

    private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
    private static final String END = "-----END OPENSSH PRIVATE KEY-----";
    private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);
    private static final String NONE = "none";
    private static final int LINE_CHARS = 70;

    /** Of the cipher "none". */
    private static final int BLOCK_BYTES = 8;

    /**
     * Reads the whole of a key file.
     *
     * @param name of the file, for messages
     */
    public static OpenSshKey read(byte[] file, String name) throws RefusedException {
        if (file.length > FILE_BYTES) {
            throw new RefusedException(
                    "%s has %d bytes or more; a key file has at most %d".formatted(name, file.length, FILE_BYTES));
        }
        byte[] blob = unwrapped(new String(file, StandardCharsets.ISO_8859_1), name);
        var reader = new SshReader(blob, name);
        if (blob.length < MAGIC.length || !Arrays.equals(MAGIC, reader.raw(MAGIC.length))) {
            throw new RefusedException(name + " is of no format of OpenSSH that is known here");
        }
        String cipher = reader.text();
        String derivation = reader.text();
        byte[] options = reader.string();
        if (!cipher.equals(NONE) || !derivation.equals(NONE) || options.length > 0) {
            throw new RefusedException(
                    "%s is under a passphrase; load it with `ssh-add %s` and use --ssh-agent".formatted(name, name));
        }
        int keys = reader.number();
        if (keys != 1) {
            throw new RefusedException("%s must hold one key, not %d".formatted(name, Integer.toUnsignedLong(keys)));
        }
        byte[] publicBlob = reader.string();
        byte[] privatePart = reader.string();
        reader.end();
        checkType(new SshReader(publicBlob, name).text(), name);
        return readPrivate(privatePart, VerificationKey.ofBlob(publicBlob), name);
    }

    private static OpenSshKey readPrivate(byte[] part, VerificationKey key, String name) throws RefusedException {
        var reader = new SshReader(part, name);
        int check = reader.number();
        if (part.length % BLOCK_BYTES != 0 || check != reader.number()) {
            throw damaged(name);
        }
        checkType(reader.text(), name);
        byte[] point = reader.string();
        byte[] pair = reader.string(); // the seed, and the point once more
        if (!Arrays.equals(point, key.bytes())
                || pair.length != Ed25519.SEED_BYTES + VerificationKey.BYTES
                || !Arrays.equals(point, Arrays.copyOfRange(pair, Ed25519.SEED_BYTES, pair.length))) {
            throw damaged(name);
        }
        String comment = reader.text();
        byte[] padding = reader.rest();
        if (!Arrays.equals(padding, padding(padding.length)) || padding.length >= BLOCK_BYTES) {
            throw damaged(name);
        }
        return new OpenSshKey(Ed25519.of(Arrays.copyOf(pair, Ed25519.SEED_BYTES), key), comment);
    }

    private static byte[] unwrapped(String text, String name) throws RefusedException {
        String lines = text.replace("\r\n", "\n").stripTrailing();
        if (!lines.startsWith(BEGIN + "\n")) {
            throw new RefusedException(
                    text.startsWith("ssh-")
                            ? name
                                    + " is a public key; the private one, mostly the same name without .pub, is asked for"
                            : "%s is not an OpenSSH private key: it must begin with %s".formatted(name, BEGIN));
        }
        if (!lines.endsWith("\n" + END)) {
            throw damaged(name);
        }
        String base64 =
                lines.substring(BEGIN.length(), lines.length() - END.length()).replace("\n", "");
        try {
            byte[] blob = Base64.getDecoder().decode(base64);
            if (Base64.getEncoder().encodeToString(blob).equals(base64)) { // the decoder passes over spare bits
                return blob;
            }
        } catch (IllegalArgumentException e) {
            // damaged, as what has spare bits
        }
        throw damaged(name);
    }

    private static void checkType(String type, String name) throws RefusedException {
        if (!type.equals(VerificationKey.TYPE)) {
            throw new RefusedException(
                    "%s holds a key of the type '%s'; only ssh-ed25519 will do: ssh-keygen -t ed25519"
                            .formatted(name, type.length() > 80 ? type.substring(0, 80) + "…" : type));
        }
    }

    private static RefusedException damaged(String name) {
        return new RefusedException(name + " is damaged: it is no whole OpenSSH private key");
    }

    /** The file's text. */
    public String text() {
        // Stands there twice so that a wrong passphrase is noticed; without one any number will do.
        int check = Arrays.hashCode(key.key().bytes());
        var part = new SshBytes()
                .number(check)
                .number(check)
                .string(VerificationKey.TYPE)
                .string(key.key().bytes())
                .string(new SshBytes().raw(key.seed()).raw(key.key().bytes()).toByteArray())
                .string(comment);
        int over = part.toByteArray().length % BLOCK_BYTES;
        part.raw(padding(over == 0 ? 0 : BLOCK_BYTES - over));
        byte[] blob = new SshBytes()
                .raw(MAGIC)
                .string(NONE)
                .string(NONE)
                .string("")
                .number(1)
                .string(key.key().blob())
                .string(part.toByteArray())
                .toByteArray();
        String lines = Base64.getMimeEncoder(LINE_CHARS, new byte[] {'\n'}).encodeToString(blob);
        return "%s\n%s\n%s\n".formatted(BEGIN, lines, END);
    }

    private static byte[] padding(int length) {
        byte[] padding = new byte[length];
        for (int i = 0; i < length; i++) {
            padding[i] = (byte) (i + 1);
        }
        return padding;
    }
}
