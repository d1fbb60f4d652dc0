// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.VerificationKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A public key as it is given on a command line: {@code ssh-ed25519 AAAA…}, or the file that holds it. */
public final class AuthorityKey {
    private static final int FILE_BYTES = 16 * 1024;

    private AuthorityKey() {}

    public static VerificationKey parse(String text) throws Failure {
        boolean isKey = text.strip().startsWith("ssh-");
        try {
            return VerificationKey.parse(isKey ? text : read(text));
        } catch (RefusedException e) {
            throw Failure.usage(isKey ? e.getMessage() : "%s: %s".formatted(text, e.getMessage()));
        }
    }

    private static String read(String file) throws Failure {
        try (var in = Files.newInputStream(Path.of(file))) {
            return new String(in.readNBytes(FILE_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw Failure.usage("%s can't be read: %s\n  give a key, 'ssh-ed25519 AAAA…', or the file that holds it"
                    .formatted(file, FileTrouble.text(e)));
        } catch (InvalidPathException e) {
            throw Failure.usage("'%s' is neither a key, 'ssh-ed25519 AAAA…', nor a file".formatted(file));
        }
    }
}
