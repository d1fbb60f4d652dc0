// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.operator.AuthorityKey;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.KeySource;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.operator.SshAgent;
import dev.steward.cli.order.Ids;
import dev.steward.cli.order.ShellArguments;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.FleetId;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.SigningException;
import dev.steward.message.signing.VerificationKey;
import dev.steward.message.text.SafeText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "init",
        header = "Makes an operator: a key of its own, or one that is there already.",
        synopsisHeading = "%nExamples:%n"
                + "  steward operator init%n"
                + "  steward operator init --name ann --key ~/.ssh/id_ed25519%n"
                + "  steward operator init --ssh-agent --fleet 0f1e2d3c4b5a69788796a5b4c3d2e1f0 --authority ann.pub%n"
                + "%nUsage: ",
        description = "%nAn operator that is there already stays as it is.%n",
        sortOptions = false)
final class OperatorInit implements Callable<Integer> {
    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "A label for people and rules. Default: your user name.")
    private @Nullable String name;

    @Option(names = "--fleet", paramLabel = "ID", description = "The fleet to join. Default: a new one.")
    private @Nullable String fleet;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "Use this OpenSSH key (ssh-ed25519, without a passphrase) where it lies.")
    private @Nullable Path key;

    @Option(
            names = "--ssh-agent",
            paramLabel = "KEY",
            arity = "0..1",
            fallbackValue = "",
            description = "Use a key in the running ssh-agent: its fingerprint or comment; without, the only one.")
    private @Nullable String agentKey;

    @Option(
            names = "--authority",
            paramLabel = "KEY",
            description =
                    "Whose word about nodes is taken: ssh-ed25519 AAAA…, or its file; may be repeated. See operator trust.")
    private List<String> authorities = new ArrayList<>();

    @Mixin
    private DataOption data = new DataOption();

    @Mixin
    private OperatorOptions operator = new OperatorOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    OperatorInit(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure {
        OperatorFolder folder = operator.folder(surroundings, data.folder(surroundings));
        String checkedName = checkedName();
        FleetId ofFleet = fleet == null ? ids.newFleet() : parseFleet(fleet);
        var trusted = new ArrayList<VerificationKey>();
        for (String authority : authorities) {
            trusted.add(AuthorityKey.parse(authority));
        }
        Identity made = folder.create(checkedName, ofFleet, source(), trusted, surroundings);
        surroundings.out().println("""
                operator %s, %s
                  key:    %s
                  public: %s
                  fleet:  %s""".formatted(
                made.name(), made.id(), folder.whereKeyIs(), made.signer().key(), made.fleet()));
        surroundings.out().println(fleet == null ? nextForNewFleet() : nextForJoining(made) + whomToTrust());
        return 0;
    }

    private String checkedName() throws Failure {
        try {
            return OperatorList.checkName(name == null ? System.getProperty("user.name", "") : name);
        } catch (RefusedException e) {
            throw Failure.usage(e.getMessage() + (name == null ? "\n  give one with --name NAME" : ""));
        }
    }

    private static FleetId parseFleet(String text) throws Failure {
        try {
            return FleetId.parse(text);
        } catch (RefusedException e) {
            throw Failure.usage("--fleet: %s\n  `steward operator list` shows it".formatted(e.getMessage()));
        }
    }

    private KeySource source() throws Failure {
        if (key != null && agentKey != null) {
            throw Failure.usage("give either --key FILE or --ssh-agent, not both");
        }
        if (key != null) {
            return new KeySource.Elsewhere(key.toAbsolutePath().normalize());
        }
        return agentKey == null ? new KeySource.Own() : new KeySource.Agent(inAgent(agentKey));
    }

    private VerificationKey inAgent(String wanted) throws Failure {
        try {
            List<SshAgent.Held> held = SshAgent.of(surroundings).keys();
            List<SshAgent.Held> fitting = held.stream()
                    .filter(each ->
                            wanted.isEmpty() || wanted.equals(each.key().id().value()) || wanted.equals(each.comment()))
                    .toList();
            if (fitting.size() == 1) {
                return fitting.getFirst().key();
            }
            throw Failure.usage(
                    held.isEmpty()
                            ? "the ssh-agent holds no Ed25519 key; load one with `ssh-add FILE`"
                            : "%s; name one of these by its fingerprint:%s"
                                    .formatted(
                                            fitting.isEmpty()
                                                    ? "the ssh-agent holds no Ed25519 key '%s'".formatted(wanted)
                                                    : "the ssh-agent holds %d such keys".formatted(fitting.size()),
                                            lines(held)));
        } catch (SigningException e) {
            throw Failure.credential(e.getMessage());
        }
    }

    private static String lines(List<SshAgent.Held> keys) {
        var lines = new StringBuilder();
        keys.forEach(each ->
                lines.append("\n  --ssh-agent %s  %s".formatted(each.key().id(), SafeText.line(each.comment()))));
        return lines.toString();
    }

    private String nextForNewFleet() {
        var line = new ArrayList<>(List.of("steward", "operator", "trust-file"));
        line.addAll(data.words());
        line.addAll(operator.words());
        return """
                This is the first operator of a new fleet. Next, on the station and on each node, before its start:
                  %s > trust.yaml
                and put that file into its data folder.""".formatted(ShellArguments.line(line));
    }

    private String whomToTrust() {
        var line = new ArrayList<>(List.of("steward", "operator", "trust"));
        line.addAll(data.words());
        line.addAll(operator.words());
        return authorities.isEmpty() ? """

                And for each authority that approves nodes, with its fingerprint compared:
                  %s 'ssh-ed25519 AAAA…'""".formatted(ShellArguments.line(line)) : "";
    }

    private static String nextForJoining(Identity made) {
        return """
                Next, somebody whose key is an authority of that fleet adds it, with the fingerprint compared:
                  steward operator add %s '%s'""".formatted(made.name(), made.signer().key());
    }
}
