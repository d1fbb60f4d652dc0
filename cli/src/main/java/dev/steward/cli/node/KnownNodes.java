// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.node;

import dev.steward.cli.operator.Authorities;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.signing.VerificationKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What this operator has signed of nodes, kept before anybody else sees it, and what he has taken from authorities whom
 * he knows: {@code nodes/NAME} in the operator's folder is the newest of a name, {@code nodes/.revoked/KEY} stays for
 * ever. So a key that changes under a name is noticed, and one that is revoked does not come back, whatever the station
 * says.
 */
public final class KnownNodes {
    private final Path folder;
    private final Path revoked;
    private final OperatorFolder operator;
    private final Identity self;
    private Optional<Authorities> authorities = Optional.empty();

    public KnownNodes(OperatorFolder operator, Identity self) {
        this.folder = operator.path().resolve("nodes");
        this.revoked = folder.resolve(".revoked"); // no node's name begins so
        this.operator = operator;
        this.self = self;
    }

    /** Whose word about nodes is taken. */
    Authorities authorities() throws Failure {
        if (authorities.isEmpty()) {
            authorities = Optional.of(operator.authorities(self));
        }
        return authorities.get();
    }

    /** What an order is signed for: the machine that has a name, by what lies here. The folder is its owner's alone. */
    Optional<NodeRecord> kept(NodeName name) throws Failure {
        return RecordFile.unchecked(folder, name, self.fleet())
                .filter(record -> !record.isRevoked() && !isRevoked(record.key()));
    }

    private RecordFile file(Path path) throws Failure {
        return new RecordFile(path, self.fleet(), authorities());
    }

    /** The newest of that name. */
    Optional<KnownNode> find(NodeName name) throws Failure {
        Optional<KnownNode> found = file(folder.resolve(name.value())).newest();
        return found.isEmpty() ? found : revocation(found.get().record().key()).or(() -> found);
    }

    /** That this key is revoked, under whichever name it was. */
    public boolean isRevoked(VerificationKey key) {
        return Files.exists(revocationFile(key));
    }

    Optional<KnownNode> revocation(VerificationKey key) throws Failure {
        return file(revocationFile(key)).revocation();
    }

    /**
     * All that is kept: of each key what holds, the revocations first.
     *
     * @param damaged told of each file that can't be used; the others go on
     */
    List<KnownNode> all(Consumer<Failure> damaged) throws Failure {
        var failed = new LinkedHashMap<String, Failure>(); // a revocation is read again for its name
        var kept = new LinkedHashMap<VerificationKey, KnownNode>();
        var names = new ArrayList<KnownNode>();
        for (RecordFile file : RecordFile.allIn(revoked, self.fleet(), authorities())) {
            try {
                file.revocation().ifPresent(node -> kept.put(node.record().key(), node));
            } catch (Failure e) {
                failed.putIfAbsent(e.text(), e);
            }
        }
        for (RecordFile file : RecordFile.allIn(folder, self.fleet(), authorities())) {
            try {
                Optional<KnownNode> found = file.newest();
                if (found.isPresent()) {
                    names.add(revocation(found.get().record().key()).orElse(found.get()));
                }
            } catch (Failure e) {
                failed.putIfAbsent(e.text(), e);
            }
        }
        names.forEach(node -> kept.putIfAbsent(node.record().key(), node));
        failed.values().forEach(damaged);
        return kept.values().stream()
                .sorted(Comparator.comparing(node -> !node.isRevoked()))
                .toList();
    }

    /**
     * Keeps what was signed.
     *
     * @return what holds: where another command line was faster, what that one has kept
     */
    KnownNode keep(KnownNode next) throws Failure {
        VerificationKey key = next.record().key();
        NodeName name = next.record().node();
        try {
            PrivateFile.createFolder(revoked);
            try (FileChannel channel =
                    FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                channel.lock(); // goes with the channel
                Optional<KnownNode> current = find(name);
                Optional<KnownNode> same = revocation(key)
                        .or(() -> current.filter(each -> each.record().key().equals(key)));
                if (same.isPresent() && !next.isNewerThan(same.get())) {
                    return same.get();
                }
                if (next.isRevoked()) {
                    PrivateFile.write(revocationFile(key), next.text());
                } else {
                    checkApprovable(next.record().node(), key);
                }
                if (!next.isRevoked()
                        || current.isEmpty()
                        || current.get().record().key().equals(key)) {
                    PrivateFile.write(folder.resolve(name.value()), next.text());
                }
                return next;
            }
        } catch (IOException e) {
            throw Failure.failed("%s can't be used: %s\n  choose another folder with --operator DIR"
                    .formatted(folder, FileTrouble.text(e)));
        }
    }

    /** Whether a name may be this key's by what was signed before. */
    void checkApprovable(NodeName name, VerificationKey key) throws Failure {
        if (isRevoked(key)) {
            throw Failure.credential("""
                    the key %s is revoked, and an identity that is revoked is never used again
                      the machine needs new keys and a new token: steward token create --node %s""".formatted(key.id(), name));
        }
        Optional<KnownNode> other = find(name)
                .filter(each -> !each.isRevoked() && !each.record().key().equals(key));
        if (other.isPresent()) {
            throw Failure.credential(
                    """
                    %s was approved with another key
                      approved:  %s
                      this one:  %s
                      if the machine was replaced, first: steward node revoke %s
                      otherwise somebody else asks under its name""".formatted(name, other.get().record().key().id(), key.id(), name));
        }
    }

    private Path revocationFile(VerificationKey key) {
        return revoked.resolve(RecordFile.nameOf(key));
    }
}
