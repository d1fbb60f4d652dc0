// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import java.util.Optional;

/**
 * What a machine's own trust file says, or why there is nothing that it says.
 *
 * @param problem one line for an operator; empty where there is a file
 * @param isGone whether there is no file at all
 */
public record LocalTrust(Optional<TrustFile> file, String problem, boolean isGone) {
    public static LocalTrust of(TrustFile file) {
        return new LocalTrust(Optional.of(file), "", false);
    }

    public static LocalTrust none(String problem) {
        return new LocalTrust(Optional.empty(), problem, false);
    }

    /** Somebody has taken the file away, and means it. */
    public static LocalTrust gone(String problem) {
        return new LocalTrust(Optional.empty(), problem, true);
    }

    /** Whether it comes into force where another file is: one that is damaged does not. */
    public boolean replaces(LocalTrust former) {
        return file.isPresent() || isGone || former.file().isEmpty();
    }
}
