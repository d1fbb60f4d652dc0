// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.signing;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real {@code ssh-keygen}, of the package openssh-client. */
record SshKeygen(Path folder) {
    /** What it prints, both streams; it must end well. */
    String run(String... arguments) throws Exception {
        return run(new byte[0], arguments);
    }

    String run(byte[] stdin, String... arguments) throws Exception {
        var line = new ArrayList<>(List.of("ssh-keygen"));
        line.addAll(List.of(arguments));
        Path input = Files.write(folder.resolve("stdin"), stdin);
        Path output = folder.resolve("printed");
        Process process = new ProcessBuilder(line)
                .directory(folder.toFile())
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("does not end: " + line);
        }
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        if (process.exitValue() != 0) {
            throw new AssertionError("%s ends with %d: %s".formatted(line, process.exitValue(), printed));
        }
        return printed;
    }

    /** A private key's file as ssh-keygen takes it. */
    Path keyFile(String name, String text) throws Exception {
        Path file = folder.resolve(name);
        Files.createFile(
                file,
                java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                        java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text);
    }
}
