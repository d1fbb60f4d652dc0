// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.trust.TrustFile;
import dev.steward.message.trust.TrustTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** The trust files of what {@code up} starts. One that is there is a person's, and stays as it is. */
record TrustFiles(Identity operator, Consumer<String> say) {
    /** What operators may do on the nodes of {@code up}. */
    static final String PROFILE = "full";

    private static final String FILE = "trust.yaml";

    /** @param folder of the station or of a node; made where there is none */
    void write(Path folder) throws Failure {
        Path file = folder.resolve(FILE);
        try {
            PrivateFile.createFolder(folder);
            if (!Files.exists(file)) {
                PrivateFile.write(
                        file,
                        TrustTemplate.text(
                                operator.fleet(),
                                operator.name(),
                                operator.signer().key(),
                                PROFILE));
            } else if (!obeys(file)) {
                say.accept(
                        "%s does not name %s as an authority of its fleet %s; it stays as it is, and may refuse what is ordered here"
                                .formatted(file, operator.id(), operator.fleet()));
            }
        } catch (IOException e) {
            throw Failure.failed("%s can't be written: %s".formatted(file, FileTrouble.text(e)));
        }
    }

    private boolean obeys(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            String text = Json.utf8(in.readNBytes(Limits.TRUST_FILE_BYTES + 1));
            TrustFile trust = TrustFile.parse(FILE, text);
            return trust.fleet().equals(operator.fleet())
                    && trust.authorities().containsValue(operator.signer().key());
        } catch (RefusedException e) {
            return false; // the station or node itself says what is wrong with it
        }
    }
}
