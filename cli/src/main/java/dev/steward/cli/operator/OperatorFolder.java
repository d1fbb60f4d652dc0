// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.FleetId;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.OpenSshKey;
import dev.steward.message.signing.Signer;
import dev.steward.message.signing.VerificationKey;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Where an operator's key, fleet and name lie: {@code operator.json}, {@code key} and {@code key.pub}. */
public final class OperatorFolder {
    private final Path folder;
    private final Path file;
    private final Path key;

    public OperatorFolder(Path folder) {
        this.folder = folder;
        this.file = folder.resolve("operator.json");
        this.key = folder.resolve("key");
    }

    /** Where it is unless a command line says otherwise. */
    public static OperatorFolder usual(Surroundings surroundings, Path dataFolder) {
        return new OperatorFolder(surroundings
                .variable("STEWARD_OPERATOR")
                .map(path -> Path.of(path).toAbsolutePath().normalize())
                .orElse(dataFolder.resolve("operator")));
    }

    public Path path() {
        return folder;
    }

    /** The operator who orders, with the key at hand. */
    public Identity identity(Surroundings surroundings) throws Failure {
        return identity(read(), surroundings);
    }

    public boolean exists() {
        return Files.exists(file);
    }

    /** The fleet of the operator who is here; empty where there is none. */
    public Optional<FleetId> fleet() throws Failure {
        return exists() ? Optional.of(read().fleet()) : Optional.empty();
    }

    /** Whether a key of its own lies here, be it that the operator was not finished. */
    public boolean hasKey() {
        return Files.exists(key);
    }

    /** Where the private key is, for people. */
    public String whereKeyIs() throws Failure {
        return whereKeyIs(read().source());
    }

    /** The file that the private key is in; none where the ssh-agent has it. */
    public Optional<Path> keyFile() throws Failure {
        return switch (read().source()) {
            case KeySource.Own own -> Optional.of(key);
            case KeySource.Elsewhere elsewhere -> Optional.of(elsewhere.file());
            case KeySource.Agent agent -> Optional.empty();
        };
    }

    private String whereKeyIs(KeySource source) {
        return switch (source) {
            case KeySource.Own own -> key.toString();
            case KeySource.Elsewhere elsewhere -> elsewhere.file().toString();
            case KeySource.Agent agent -> "in the ssh-agent";
        };
    }

    /** Makes the operator; one that is here already stays as it is, and this fails. */
    public Identity create(String name, FleetId fleet, KeySource source, Surroundings surroundings) throws Failure {
        return create(name, fleet, source, List.of(), surroundings);
    }

    /** @param authorities whose word about nodes it takes */
    public Identity create(
            String name, FleetId fleet, KeySource source, List<VerificationKey> authorities, Surroundings surroundings)
            throws Failure {
        return locked(() -> {
            if (exists()) {
                OperatorFile there = read();
                throw Failure.usage(
                        "there is an operator already: %s, %s, in %s\n  another one needs a folder of its own: --operator DIR"
                                .formatted(there.name(), there.key().id(), folder));
            }
            if (source instanceof KeySource.Own && !Files.exists(key)) { // else one that was cut short has made it
                PrivateFile.write(key, new OpenSshKey(Ed25519.generate(), name).text());
            }
            Signer signer = signer(source, surroundings);
            PrivateFile.write(folder.resolve("key.pub"), "%s %s\n".formatted(signer.key(), name));
            try {
                var made = new OperatorFile(
                        fleet, name, signer.key(), source, OperatorFile.checked(authorities), Optional.empty());
                PrivateFile.write(file, made.text());
            } catch (RefusedException e) {
                throw Failure.usage("--authority: " + e.getMessage());
            }
            return new Identity(fleet, name, signer);
        });
    }

    /** Takes an authority's word about nodes; false where it did already. */
    public boolean trust(VerificationKey authority) throws Failure {
        return locked(() -> {
            OperatorFile read = read();
            if (read.key().equals(authority) || read.authorities().contains(authority)) {
                return false;
            }
            try {
                PrivateFile.write(file, read.with(authority).text());
            } catch (RefusedException e) {
                throw Failure.usage(e.getMessage());
            }
            return true;
        });
    }

    /** Whose word about nodes is taken. */
    public Authorities authorities(Identity self) throws Failure {
        var keys = new HashMap<KeyId, VerificationKey>();
        read().authorities().forEach(key -> keys.put(key.id(), key));
        keys.put(self.id(), self.signer().key());
        Set<KeyId> revoked = known().operators().stream()
                .filter(each -> each.revokedAt().isPresent())
                .map(each -> each.key().id())
                .collect(Collectors.toSet());
        return new Authorities(keys, revoked);
    }

    /** What was kept of the fleet's list of operators. */
    public KnownList known() throws Failure {
        OperatorFile read = read();
        try {
            return KnownList.of(read.list());
        } catch (RefusedException e) {
            throw damaged(e);
        }
    }

    /** Keeps a list that was checked, unless a newer one has been kept meanwhile. */
    public void keep(KnownList newer) throws Failure {
        locked(() -> {
            if (known().number() < newer.number()) {
                PrivateFile.write(file, read().with(newer.text()).text());
            }
            return newer;
        });
    }

    private Identity identity(OperatorFile read, Surroundings surroundings) throws Failure {
        Signer signer = signer(read.source(), surroundings);
        if (!signer.key().equals(read.key())) {
            throw Failure.credential("%s holds another key, %s, than %s names, %s"
                    .formatted(
                            whereKeyIs(read.source()),
                            signer.key().id(),
                            file,
                            read.key().id()));
        }
        return new Identity(read.fleet(), read.name(), signer);
    }

    private Signer signer(KeySource source, Surroundings surroundings) throws Failure {
        return switch (source) {
            case KeySource.Own own -> KeyFile.read(key);
            case KeySource.Elsewhere elsewhere -> KeyFile.read(elsewhere.file());
            case KeySource.Agent agent -> SshAgent.of(surroundings).signer(agent.key());
        };
    }

    private OperatorFile read() throws Failure {
        if (!exists()) {
            throw Failure.usage("""
                    no operator here: there is no %s
                      make one with `steward operator init` (`steward up` has made one in its data folder), or name its folder with --operator DIR""".formatted(file));
        }
        try (var in = Files.newInputStream(file)) {
            return OperatorFile.parse(in.readNBytes(OperatorFile.BYTES + 1));
        } catch (IOException e) {
            throw Failure.credential("%s can't be read: %s".formatted(file, FileTrouble.text(e)));
        } catch (RefusedException e) {
            throw damaged(e);
        }
    }

    private Failure damaged(RefusedException e) {
        return Failure.credential("%s is damaged: %s".formatted(file, e.getMessage()));
    }

    private interface Change<T> {
        T apply() throws Failure, IOException;
    }

    /** Two command lines at once must not take each other's word back. */
    private <T> T locked(Change<T> change) throws Failure {
        try {
            PrivateFile.createFolder(folder);
            try (FileChannel channel =
                    FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                channel.lock(); // goes with the channel
                return change.apply();
            }
        } catch (IOException e) {
            throw Failure.failed("the operator's folder %s can't be used: %s\n  choose another with --operator DIR"
                    .formatted(folder, FileTrouble.text(e)));
        }
    }
}
