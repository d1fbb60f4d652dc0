// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.order;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Who orders, as free text until operators have keys. */
public final class Issuer {
    private Issuer() {}

    public static String text() {
        return System.getProperty("user.name", "unknown") + "@" + host();
    }

    /** From the kernel, as asking the resolver may take seconds where DNS is broken. */
    private static String host() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
