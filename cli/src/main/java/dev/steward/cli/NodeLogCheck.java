// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.audit.NodeLog;
import dev.steward.cli.audit.NodeVerification;
import dev.steward.cli.audit.SeenHead;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.audit.AuditChain;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.signing.KeyId;
import dev.steward.message.text.SafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code steward audit verify --node}. */
record NodeLogCheck(Surroundings surroundings, StationOptions station, Ids ids, NodeLogOptions node) {
    /** @param file what was exported; null to ask the node */
    int run(@Nullable Path file, boolean forget) throws Failure, InterruptedException {
        OperatorFolder folder = node.folder(surroundings, station);
        NodeLog log;
        Target target;
        Optional<AuditMark> told = Optional.empty();
        Optional<String> command = Optional.empty();
        if (file == null) {
            NodeLogOptions.Fetched fetched = node.fetch(surroundings, station, ids, Map.of());
            log = fetched.log();
            target = fetched.target();
            told = forget ? Optional.empty() : fetched.station();
            command = Optional.of(fetched.command());
        } else {
            log = read(file);
            target = node.target(surroundings, station);
        }
        Path memory = memory(folder, target.key());
        Optional<SeenHead> seen = forget ? Optional.empty() : SeenHead.read(memory);
        try {
            var verification = new NodeVerification(target, folder.fleet().orElseThrow(), seen, told);
            AuditChain chain = verification.verify(log, command);
            report(log, chain, seen, told);
            boolean follows =
                    seen.filter(head -> head.number() < log.base().number()).isEmpty();
            if (forget
                    || (follows && chain.number() > seen.map(SeenHead::number).orElse(0L))) {
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
                    the audit log of %s does not hold: %s
                      what comes before is as it was written; keep a copy of what there is: steward audit export --node %1$s
                      where the node's disk was restored from a copy, `--forget` takes the log as it is now""".formatted(target.node(), SafeText.line(String.valueOf(e.getMessage()))));
        }
    }

    /** By the machine and not by its name: another one of that name begins a log of its own. */
    private static Path memory(OperatorFolder folder, KeyId key) {
        String name = key.value().replace("SHA256:", "").replace('/', '_').replace('+', '-');
        return folder.path().resolve("audit-nodes").resolve(name + ".json");
    }

    private static NodeLog read(Path file) throws Failure {
        try {
            return NodeLog.read(Files.readAllBytes(file));
        } catch (IOException e) {
            throw Failure.usage("%s can't be read: %s".formatted(file, FileTrouble.text(e)));
        } catch (RefusedException e) {
            throw Failure.failed(
                    "%s is no node's log: %s".formatted(file, SafeText.line(String.valueOf(e.getMessage()))));
        }
    }

    private void report(NodeLog log, AuditChain chain, Optional<SeenHead> seen, Optional<AuditMark> told) {
        say("the audit log of %s holds: entries %d to %d, %s to %s"
                .formatted(
                        SafeText.line(log.node()),
                        log.base().number() + 1,
                        chain.number(),
                        chain.firstAt().orElseThrow(),
                        chain.lastAt().orElseThrow()));
        if (log.base().number() > 0) {
            say("  those up to entry %d are gone: a node keeps the newest"
                    .formatted(log.base().number()));
        }
        say("  its end is signed by %s".formatted(chain.key().orElseThrow().id()));
        told.ifPresent(mark -> say(
                mark.number() < log.base().number()
                        ? "  the node has told the station of entry %d, which is gone".formatted(mark.number())
                        : "  the same as the node has told the station, up to entry %d".formatted(mark.number())));
        say(seen.map(head -> head.number() < log.base().number()
                        ? "  what was verified here at %s, up to entry %d, is gone: it can't be compared, and stays what is remembered until `--forget`"
                                .formatted(head.at(), head.number())
                        : "  the same as was verified here at %s, up to entry %d".formatted(head.at(), head.number()))
                .orElse("  verified here for the first time"));
    }

    private void say(String line) {
        surroundings.out().println(line);
    }
}
