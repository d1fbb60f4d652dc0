// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.signing.Digest;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a machine's own trust file says, or why there is nothing that it says.
 *
 * @param problem one line for an operator; empty where there is a file
 * @param isGone whether there is no file at all
 * @param digest SHA-256 of the file's bytes in hexadecimal; empty where there is none that is in use
 */
public record LocalTrust(Optional<TrustFile> file, String problem, boolean isGone, String digest) {
    public static LocalTrust of(TrustFile file) {
        return new LocalTrust(Optional.of(file), "", false, "");
    }

    /** @param bytes of which {@code file} was read */
    public static LocalTrust of(TrustFile file, byte[] bytes) {
        return new LocalTrust(Optional.of(file), "", false, HexFormat.of().formatHex(Digest.SHA_256.of(bytes)));
    }

    public static LocalTrust none(String problem) {
        return new LocalTrust(Optional.empty(), problem, false, "");
    }

    /** Somebody has taken the file away, and means it. */
    public static LocalTrust gone(String problem) {
        return new LocalTrust(Optional.empty(), problem, true, "");
    }

    /** Whether it comes into force where another file is: one that is damaged does not. */
    public boolean replaces(LocalTrust former) {
        return file.isPresent() || isGone || former.file().isEmpty();
    }
}
