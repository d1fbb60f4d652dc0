// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.AuditInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.audit.SeenHead;
import dev.steward.cli.audit.Verification;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.RefusedException;
import dev.steward.message.audit.AuditChain;
import dev.steward.message.json.Json;
import dev.steward.message.text.SafeText;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "verify",
        header = "Checks that the audit log is as it was written: nothing changed, left out or cut off.",
        synopsisHeading = "%nExamples:%n"
                + "  steward audit verify%n"
                + "  steward audit verify --file audit.jsonl%n"
                + "  steward audit verify --node ship1%n"
                + "%nUsage: ",
        description =
                "%nFollows the hashes from the first entry, checks the station's signatures, and compares with what was"
                        + " verified here before; a node's own log, whose end the node signs, also with what it has told the station. Exit code 1 where something does not fit.%n")
final class AuditVerify implements Callable<Integer> {
    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "What `audit export` has written, instead of the station's.")
    private @Nullable Path file;

    @Option(
            names = "--forget",
            description =
                    "Don't compare with what was verified here before, and take this log from now on: after a restore.")
    private boolean forget;

    @Mixin
    private NodeLogOptions node = new NodeLogOptions();

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    AuditVerify(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        if (node.isNode()) {
            return new NodeLogCheck(surroundings, station, ids, node).run(file, forget);
        }
        OperatorFolder folder = node.folder(surroundings, station);
        Path memory = folder.path().resolve("audit.json");
        Optional<SeenHead> seen = forget ? Optional.empty() : SeenHead.read(memory);
        try {
            var verification = new Verification(seen);
            String where = file == null ? ofStation(verification) : ofFile(file, verification);
            AuditChain chain = verification.end(file == null, folder.fleet());
            report(where, chain, seen);
            if (chain.number() > seen.map(SeenHead::number).orElse(0L)) {
                new SeenHead(
                                chain.number(),
                                chain.hash(),
                                chain.signedNumber(),
                                chain.key(),
                                surroundings.clock().instant())
                        .write(memory);
            }
            return 0;
        } catch (RefusedException e) {
            throw Failure.failed("""
                    the audit log does not hold: %s
                      what comes before is as it was written; keep a copy of what there is: steward audit export
                      where the station's ledger was restored from a backup, `--forget` takes the log as it is now""".formatted(SafeText.line(String.valueOf(e.getMessage()))));
        }
    }

    private String ofStation(Verification verification) throws Failure, RefusedException {
        StationClient client = station.client(surroundings);
        long number = 0;
        for (List<AuditInfo> page = client.auditAfter(number); !page.isEmpty(); page = client.auditAfter(number)) {
            for (AuditInfo each : page) {
                verification.follow(each);
            }
            number = page.getLast().number(); // which was found to go up one by one
        }
        return client.url();
    }

    private static String ofFile(Path file, Verification verification) throws Failure, RefusedException {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            long number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                AuditInfo shown;
                try {
                    shown = AuditInfo.from(Json.object(line.getBytes(StandardCharsets.UTF_8), AuditInfo.LINE_BYTES));
                } catch (RefusedException e) {
                    throw new RefusedException("line %d of %s: %s".formatted(number, file, e.getMessage()));
                }
                verification.follow(shown);
            }
        } catch (java.nio.charset.CharacterCodingException e) {
            throw new RefusedException(file + " is not UTF-8");
        } catch (IOException e) {
            throw Failure.usage("%s can't be read: %s".formatted(file, FileTrouble.text(e)));
        }
        return file.toString();
    }

    private void report(String where, AuditChain chain, Optional<SeenHead> seen) {
        if (chain.number() == 0) {
            surroundings.out().println("%s has no entries".formatted(SafeText.line(where)));
            return;
        }
        surroundings
                .out()
                .println("the audit log of %s holds: %d entries, %s to %s"
                        .formatted(
                                SafeText.line(where),
                                chain.number(),
                                chain.firstAt().orElseThrow(),
                                chain.lastAt().orElseThrow()));
        surroundings
                .out()
                .println(chain.key()
                        .map(key -> "  signed up to entry %d by %s".formatted(chain.signedNumber(), key.id()))
                        .orElse("  nothing in it is signed yet"));
        surroundings
                .out()
                .println(seen.map(head -> "  the same as was verified here at %s, up to entry %d"
                                .formatted(head.at(), head.number()))
                        .orElse("  verified here for the first time"));
    }
}
