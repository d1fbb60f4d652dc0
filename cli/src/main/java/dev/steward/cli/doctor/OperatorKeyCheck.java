// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.OpenSshKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The private key with which is ordered from here, where it lies in a file. */
record OperatorKeyCheck(OperatorFolder operator, Instant now) implements Check {
    private static final String AGENT =
            "put it under a passphrase (`ssh-keygen -p -f FILE`), `ssh-add` it, and use it with `steward operator init --ssh-agent` in a"
                    + " folder of its own (--operator)";

    @Override
    public List<Finding> findings() {
        if (!operator.exists()) {
            return List.of(); // nobody orders from here
        }
        try {
            Optional<Path> file = operator.keyFile();
            return file.isPresent() ? findings(file.get()) : List.of();
        } catch (Failure e) {
            return List.of(unusable(e.text(), operator.path()));
        }
    }

    private List<Finding> findings(Path file) {
        var findings = new ArrayList<Finding>();
        try (var in = Files.newInputStream(file)) {
            if (!file.startsWith(operator.path()) && Access.of(file).isOthersToo()) { // else found with its folder
                findings.add(PrivateFilesCheck.looseFile(file));
            }
            OpenSshKey.read(in.readNBytes(OpenSshKey.FILE_BYTES + 1), file.toString());
            findings.add(Finding.of(
                    Weakness.OPERATOR_KEY_PLAIN,
                    "the operator's private key is not encrypted: whoever copies the file orders in that name",
                    file,
                    AGENT));
        } catch (IOException e) {
            findings.add(unusable("the key can't be read: " + FileTrouble.text(e), file));
        } catch (RefusedException e) {
            findings.add(unusable(e.getMessage(), file)); // under a passphrase, or damaged: it says which
        }
        findings.addAll(new KeyAgeCheck(
                        Weakness.OPERATOR_KEY_OLD,
                        file,
                        "make another key (`steward operator init`), let an authority add it, revoke this one",
                        now)
                .findings());
        return findings;
    }

    private static Finding unusable(String why, Path where) {
        return Finding.of(
                Weakness.OPERATOR_UNUSABLE,
                why,
                where,
                "nothing can be ordered from here until that is put right: restore it, or make another with `steward operator init`");
    }
}
