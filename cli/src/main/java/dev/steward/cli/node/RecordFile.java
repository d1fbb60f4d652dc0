// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.node;

import dev.steward.cli.operator.Authorities;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A file that holds what this operator, or an authority he knows, has signed of a node, under the name that it must have. */
record RecordFile(Path path, FleetId fleet, Authorities authorities) {
    /** Those of a folder, by name; what is being written and the lock are none. */
    static List<RecordFile> allIn(Path folder, FleetId fleet, Authorities authorities) throws Failure {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> records = files.filter(RecordFile::isOne)
                    .limit(Limits.NODES + 1L)
                    .sorted()
                    .toList();
            if (records.size() > Limits.NODES) {
                throw Failure.failed(
                        "%s holds more than %d records, the most that a station keeps\n  name the operator's own folder with --operator DIR"
                                .formatted(folder, Limits.NODES));
            }
            return records.stream()
                    .map(file -> new RecordFile(file, fleet, authorities))
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw Failure.failed("%s can't be listed: %s".formatted(folder, FileTrouble.text(e)));
        } catch (UncheckedIOException e) { // from the middle of it
            throw Failure.failed("%s can't be listed: %s".formatted(folder, e.getMessage()));
        }
    }

    private static boolean isOne(Path path) {
        String name = path.getFileName().toString();
        return !name.startsWith(".") && !name.endsWith(".new"); // no node's name has a dot
    }

    static String nameOf(VerificationKey key) {
        return HexFormat.of().formatHex(key.bytes());
    }

    /** The newest record of the node that the file is called after. */
    Optional<KnownNode> newest() throws Failure {
        try {
            Optional<KnownNode> found = read();
            return found.isEmpty() ? found : Optional.of(found.get().checkedFor(NodeName.parse(name())));
        } catch (RefusedException e) {
            throw damaged(path, e);
        }
    }

    /** The revocation of the key that the file is called after. */
    Optional<KnownNode> revocation() throws Failure {
        try {
            Optional<KnownNode> found = read();
            if (found.isPresent()
                    && !(found.get().isRevoked()
                            && name().equals(nameOf(found.get().record().key())))) {
                throw new RefusedException("it does not say that the key is revoked after which it is called");
            }
            return found;
        } catch (RefusedException e) {
            throw damaged(path, e);
        }
    }

    /** The newest record of the node, without a look at its signature, which takes a millisecond. */
    static Optional<NodeRecord> unchecked(Path folder, NodeName name, FleetId fleet) throws Failure {
        Path file = folder.resolve(name.value());
        try (var in = Files.newInputStream(file)) {
            return Optional.of(
                    KnownNode.of(SignedDocument.decode(in.readNBytes(Limits.SIGNED_DOCUMENT_BYTES + 1)), fleet)
                            .checkedFor(name)
                            .record());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failure.failed("%s can't be read: %s".formatted(file, FileTrouble.text(e)));
        } catch (RefusedException e) {
            throw damaged(file, e);
        }
    }

    private Optional<KnownNode> read() throws Failure, RefusedException {
        try (var in = Files.newInputStream(path)) {
            var signed = SignedDocument.decode(in.readNBytes(Limits.SIGNED_DOCUMENT_BYTES + 1));
            KnownNode node = KnownNode.of(signed, fleet);
            if (!node.isSignedByOneOf(authorities::known)) {
                throw new RefusedException("%s has not signed it, or is no authority that is known here"
                        .formatted(node.record().issuer()));
            }
            return Optional.of(node);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failure.failed("%s can't be read: %s".formatted(path, FileTrouble.text(e)));
        }
    }

    private String name() {
        return path.getFileName().toString();
    }

    private static Failure damaged(Path path, RefusedException e) {
        return Failure.credential(
                "%s is damaged: %s\n  restore it from a backup; it says which key was approved or revoked"
                        .formatted(path, e.getMessage()));
    }
}
