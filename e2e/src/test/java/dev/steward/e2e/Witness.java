// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Counts starts and ends of commands outside of every store: each command appends a line to a file of its own when it
 * starts, and another when it ends. Commands start in order, and each goes on only once the test {@link #allow allows}
 * it, so that a test decides how far the work may get.
 */
record Witness(Path folder) {
    static Witness in(Path parent) throws IOException {
        var witness = new Witness(Files.createDirectory(parent.resolve("witness")));
        Files.createDirectory(witness.starts());
        Files.createDirectory(witness.ends());
        witness.allow(0);
        return witness;
    }

    /** The shell line of the command {@code number}, which takes {@code seconds} between its start and its end. */
    String command(int number, String seconds) {
        return ("echo x >> %s/%d; while read -r n pace < %s && [ $n -le %d ]; do sleep 0.05; done; "
                        + "[ $pace = fast ] || sleep %s; echo hi; echo x >> %s/%d")
                .formatted(starts(), number, allowed(), number, seconds, ends(), number);
    }

    /** Lets the first {@code commands} of them end. */
    void allow(int commands) throws IOException {
        write(commands + " slow\n");
    }

    /** Lets all of them end, at once. */
    void allowAll() throws IOException {
        write(Integer.MAX_VALUE + " fast\n");
    }

    Set<Integer> started() throws IOException {
        return numbers(starts());
    }

    Set<Integer> ended() throws IOException {
        return numbers(ends());
    }

    int starts(int number) throws IOException {
        Path file = starts().resolve(Integer.toString(number));
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }

    private void write(String text) throws IOException {
        Path next = folder.resolve("allowed.next");
        Files.writeString(next, text);
        Files.move(next, allowed(), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path starts() {
        return folder.resolve("starts");
    }

    private Path ends() {
        return folder.resolve("ends");
    }

    private Path allowed() {
        return folder.resolve("allowed");
    }

    private static Set<Integer> numbers(Path in) throws IOException {
        var numbers = new HashSet<Integer>();
        try (Stream<Path> files = Files.list(in)) {
            files.forEach(file -> numbers.add(Integer.valueOf(file.getFileName().toString())));
        }
        return numbers;
    }
}
