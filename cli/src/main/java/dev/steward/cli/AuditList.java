// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.AuditInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.cli.terminal.Table;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.audit.AuditEntry;
import dev.steward.message.audit.AuditEntry.Who;
import dev.steward.message.text.SafeText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        header = "Lists who has done what at the station, newest first.",
        synopsisHeading = "%nExamples:%n"
                + "  steward audit list%n"
                + "  steward audit list --action refused -n 50%n"
                + "  steward audit list --by ann --json | jq -r .text%n"
                + "  steward audit list --on 019a2b3c%n"
                + "  steward audit list --node ship1%n"
                + "%nUsage: ",
        description = "%nAs the station shows it; `steward audit verify` checks it.%n")
final class AuditList implements Callable<Integer> {
    @Option(
            names = {"-n", "--limit"},
            paramLabel = "COUNT",
            defaultValue = "20",
            description = "How many. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(
            names = "--action",
            paramLabel = "ACTION",
            description =
                    "Only these: order, held, approved, cancel, refused, operators, trust, asked, node, token, api-token, frozen, unfrozen, went-back, login, start, stop; of a node command, cancel, refused, operators, trust, keys, frozen, unfrozen, station, start.")
    private @Nullable String action;

    @Option(names = "--by", paramLabel = "NAME", description = "Only of this operator or credential.")
    private @Nullable String by;

    @Option(
            names = "--on",
            paramLabel = "ID",
            description = "Only about this node, or command by the beginning of its id.")
    private @Nullable String on;

    @Option(names = "--json", description = "Print a line of JSON for each, the text that was hashed.")
    private boolean json;

    @Mixin
    private NodeLogOptions node = new NodeLogOptions();

    @Mixin
    private StationOptions station = new StationOptions();

    private final Surroundings surroundings;
    private final Ids ids;

    AuditList(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        if (limit < 1) {
            throw Failure.usage("--limit must be at least 1");
        }
        List<AuditInfo> found = node.isNode() ? ofNode() : fetch(station.client(surroundings));
        if (json) {
            found.forEach(each -> surroundings.out().println(SafeText.line(each.entry())));
            return 0;
        }
        if (found.isEmpty()) {
            surroundings.err().println("no such entries");
            return 0;
        }
        Instant now = surroundings.clock().instant();
        var table = new Table("NUMBER", "AGE", "ACTION", "BY", "ON", "TEXT");
        for (AuditInfo each : found) {
            AuditEntry entry = read(each);
            table.row(
                    Long.toString(entry.number()),
                    Ages.text(now, entry.at()),
                    entry.action(),
                    who(entry.who()),
                    entry.on().orElse(""),
                    entry.text());
        }
        table.print(surroundings.out());
        return 0;
    }

    /** The newest first, as the station's come. */
    private List<AuditInfo> ofNode() throws Failure, InterruptedException {
        Map<String, Long> which =
                isFiltered() || limit > Limits.NODE_AUDIT_ENTRIES ? Map.of() : Map.of("last", (long) limit);
        var found = new ArrayList<AuditInfo>();
        for (AuditInfo each :
                node.fetch(surroundings, station, ids, which).log().entries().reversed()) {
            if (found.size() < limit && (!isFiltered() || isWanted(read(each)))) {
                found.add(each);
            }
        }
        return found;
    }

    private List<AuditInfo> fetch(StationClient client) throws Failure {
        var found = new ArrayList<AuditInfo>();
        long before = Long.MAX_VALUE;
        while (found.size() < limit && before > 1) {
            List<AuditInfo> page = client.auditBefore(before, isFiltered() ? Integer.MAX_VALUE : limit - found.size());
            if (page.isEmpty()) {
                break;
            }
            for (AuditInfo each : page) {
                if (found.size() < limit && (!isFiltered() || isWanted(read(each)))) {
                    found.add(each);
                }
            }
            if (page.getLast().number() >= before) {
                throw Failure.unreachable("the station shows entry %d behind %d"
                        .formatted(page.getLast().number(), before));
            }
            before = page.getLast().number();
        }
        return found;
    }

    private boolean isFiltered() {
        return action != null || by != null || on != null;
    }

    private boolean isWanted(AuditEntry entry) {
        Who who = entry.who();
        return (action == null || entry.action().equals(action))
                && (by == null || who.by().equals(Optional.of(by)) || who.via().equals(Optional.of(by)))
                && (on == null || entry.on().filter(name -> name.startsWith(on)).isPresent());
    }

    /** As {@code ann} or, without a signature, the credential: {@code (local)}. */
    private static String who(Who who) {
        return who.by().orElseGet(() -> who.via().map("(%s)"::formatted).orElse(""));
    }

    private static AuditEntry read(AuditInfo info) throws Failure {
        try {
            return info.read();
        } catch (RefusedException e) {
            throw Failure.failed(
                    "entry %d of the audit log can't be read: %s%n  steward audit verify tells where it is damaged"
                            .formatted(info.number(), e.getMessage()));
        }
    }
}
