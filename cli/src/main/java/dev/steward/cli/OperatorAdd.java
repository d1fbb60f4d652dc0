// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.operator.Expiry;
import dev.steward.cli.operator.ListChange;
import dev.steward.cli.operator.NewOperator;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.VerificationKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "add",
        header = "Lets somebody order, from now on or until a time.",
        synopsisHeading = "%nExamples:%n"
                + "  steward operator add bob 'ssh-ed25519 AAAA…'%n"
                + "  steward operator add bob -f bob.pub --expires 90d%n"
                + "%nUsage: ",
        description = "%nThe same name and key again, with another --expires, takes the old one's place.%n")
final class OperatorAdd implements Callable<Integer> {
    private static final int KEY_FILE_BYTES = 16 * 1024;

    @Parameters(index = "0", paramLabel = "NAME", description = "A label for people and for the rules of trust files.")
    private String name = "";

    @Parameters(index = "1..*", paramLabel = "KEY", arity = "0..*", description = "The public key, ssh-ed25519 AAAA…")
    private List<String> key = new ArrayList<>();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Holds the public key, instead of KEY.")
    private @Nullable Path file;

    @Option(names = "--expires", paramLabel = "WHEN", description = "In 90d, or on 2027-01-31. Default: never.")
    private @Nullable String expires;

    @Mixin
    private ListOptions list = new ListOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    OperatorAdd(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        OperatorList.Operator wanted = wanted();
        ListChange change = list.change(surroundings, ids);
        ListChange.Offered offered =
                change.apply(new NewOperator(wanted, change.self())).orElseThrow();
        if (list.saysHeld(surroundings, offered)) {
            return ExitCode.INCOMPLETE;
        }
        OperatorList next = offered.list();
        surroundings
                .err()
                .println("list %d: %s, %s, may order%s"
                        .formatted(
                                next.number(),
                                wanted.name(),
                                wanted.key().id(),
                                wanted.expiresAt().map(at -> " until " + at).orElse("")));
        return 0;
    }

    private OperatorList.Operator wanted() throws Failure {
        if (key.isEmpty() == (file == null)) {
            throw Failure.usage(
                    file == null
                            ? "whose key? give KEY, 'ssh-ed25519 AAAA…', or -f FILE"
                            : "give either KEY or -f FILE, not both");
        }
        Instant now = surroundings.clock().instant();
        try {
            return new OperatorList.Operator(
                    OperatorList.checkName(name),
                    VerificationKey.parse(file == null ? String.join(" ", key) : text(file)),
                    expires == null ? Optional.empty() : Optional.of(Expiry.parse(expires, now)),
                    Optional.empty());
        } catch (RefusedException e) {
            throw Failure.usage(e.getMessage());
        }
    }

    private static String text(Path file) throws Failure {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(KEY_FILE_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw Failure.usage("%s can't be read: %s".formatted(file, FileTrouble.text(e)));
        }
    }
}
