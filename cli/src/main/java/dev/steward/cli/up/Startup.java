// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.api.NodeInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.api.StationFile;
import dev.steward.cli.node.Approval;
import dev.steward.cli.node.KnownNodes;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.order.Ids;
import dev.steward.cli.order.ShellArguments;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.cli.terminal.Table;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The start of everything, part by part, each waited for before the next. */
final class Startup {
    private static final Duration EARLIER_PROCESS = Duration.ofSeconds(20);
    private static final Duration BROKER_READY = Duration.ofSeconds(20);
    private static final Duration STATION_READY = Duration.ofSeconds(60);
    private static final Duration NODES_READY = Duration.ofSeconds(60);
    private static final long POLL_MS = 50;
    private static final int LOG_LINES = 10;

    /** Something that may be true later; where it can't become true any more, it throws. */
    private interface Condition {
        boolean holds() throws Failure, IOException;
    }

    private final Surroundings surroundings;
    private final Ids ids;
    private final Identity operator;
    private final KnownNodes known;
    private final DataFolder folder;
    private final Launcher launcher;
    private final Children children;
    private final Consumer<String> say;

    Startup(
            Surroundings surroundings,
            Ids ids,
            Identity operator,
            KnownNodes known,
            DataFolder folder,
            Launcher launcher,
            Children children,
            Consumer<String> say) {
        this.surroundings = surroundings;
        this.ids = ids;
        this.operator = operator;
        this.known = known;
        this.folder = folder;
        this.launcher = launcher;
        this.children = children;
        this.say = say;
    }

    void run(Broker broker, URI http, Optional<HttpCertificate> certificate, List<String> nodes, boolean usualFolder)
            throws Failure, IOException, InterruptedException {
        awaitEarlier("station");
        for (String node : nodes) {
            awaitEarlier(node);
        }
        checkStationFolder();
        broker.endLeftover(say);
        broker.checkPort();
        checkHttpPort(http);
        if (certificate.isPresent()) {
            certificate.get().ensure();
        }

        var started = new ArrayList<Child>();
        started.add(startBroker(broker));
        Child station = children.start(launcher.station(
                folder, http.getRawAuthority(), certificate.map(HttpCertificate::files), broker.url()));
        started.add(station);
        StationClient client = awaitStation(station);
        List<String> admitted = enrolments(client).run(nodes, broker.url(), broker.authority());
        for (String node : admitted) {
            started.add(children.start(launcher.agent(folder, node, broker.url())));
        }
        List<String> reachable = awaitNodes(client, admitted);

        printTable(started);
        if (!reachable.isEmpty()) {
            runFirstCommand(client, reachable);
        }
        printHints(client, http, certificate, nodes, usualFolder);
    }

    private Enrolments enrolments(StationClient client) {
        var approval = new Approval(client.enrolment(), known, operator, ids, surroundings.clock());
        return new Enrolments(approval, folder, launcher, children, Enrolments.LIMIT, say);
    }

    /** Agents and station of an {@code up} that was killed end by themselves, but may need a moment. */
    private void awaitEarlier(String name) throws Failure, IOException, InterruptedException {
        Optional<ProcessRecord> record = ProcessRecord.read(folder.record(name));
        Optional<ProcessHandle> earlier = record.flatMap(ProcessRecord::alive);
        if (earlier.isEmpty()) {
            return;
        }
        long pid = earlier.get().pid();
        say.accept("waiting for %s of an earlier `up` to end, pid %d".formatted(name, pid));
        if (!await(EARLIER_PROCESS, () -> !earlier.get().isAlive())) {
            throw Failure.failed("%s of an earlier `up` is still running\n  end it with: kill %d".formatted(name, pid));
        }
    }

    private void checkStationFolder() throws Failure {
        Optional<Long> holder = FolderHolder.of(folder.station());
        if (holder.isPresent()) {
            throw Failure.failed(
                    "a station that `up` has not started runs on %s, pid %d\n  end it with: kill %d\n  or choose another folder with --data DIR"
                            .formatted(folder.station(), holder.get(), holder.get()));
        }
    }

    private void checkHttpPort(URI http) throws Failure {
        if (!Ports.isFree(http.getHost(), http.getPort())) {
            throw Failure.failed(
                    "port %d on %s, meant for the station, is in use or not of this machine\n  choose another with --http HOST:PORT"
                            .formatted(http.getPort(), http.getHost()));
        }
    }

    private Child startBroker(Broker broker) throws Failure, IOException, InterruptedException {
        Child child = children.start(broker.plan());
        awaitPart(child, BROKER_READY, broker::isReady);
        return child;
    }

    private StationClient awaitStation(Child station) throws Failure, IOException, InterruptedException {
        // A file of an earlier station may still be there, with another pid.
        awaitPart(station, STATION_READY, () -> {
            Optional<StationFile> file = StationFile.read(folder.stationFile());
            return file.isPresent()
                    && isOf(file.get(), station)
                    && answers(file.get().client());
        });
        return StationFile.read(folder.stationFile())
                .orElseThrow(() -> Failure.failed(folder.stationFile() + " is gone"))
                .client();
    }

    private static boolean isOf(StationFile file, Child station) {
        return station.process().filter(process -> process.pid() == file.pid()).isPresent();
    }

    private static boolean answers(StationClient client) throws Failure {
        try {
            client.version();
            return true;
        } catch (Failure e) {
            if (!e.isUnreachable()) {
                throw e;
            }
            return false;
        }
    }

    private List<String> awaitNodes(StationClient client, List<String> nodes)
            throws Failure, IOException, InterruptedException {
        var reachable = new ArrayList<String>();
        boolean all = await(NODES_READY, () -> {
            children.check();
            reachable.clear();
            for (NodeInfo node : client.nodes()) {
                if (node.reachable() && nodes.contains(node.name())) {
                    reachable.add(node.name());
                }
            }
            return reachable.size() == nodes.size();
        });
        if (!all) {
            for (String node : nodes) {
                if (!reachable.contains(node)) {
                    say.accept("%s has not been heard of yet; its log: %s".formatted(node, folder.log(node)));
                }
            }
        }
        return reachable;
    }

    private void awaitPart(Child part, Duration limit, Condition ready)
            throws Failure, IOException, InterruptedException {
        boolean holds = await(limit, () -> {
            if (!part.isAlive()) {
                throw notStarted(part, "ended at once");
            }
            return ready.holds();
        });
        if (!holds) {
            throw notStarted(part, "did not get ready");
        }
    }

    private static Failure notStarted(Child part, String what) {
        LogFile log = part.plan().log();
        String lines = String.join("\n  ", log.tail(LOG_LINES));
        return Failure.failed(
                "the %s %s; the end of its log %s:\n  %s".formatted(part.plan().name(), what, log.path(), lines));
    }

    private static boolean await(Duration limit, Condition condition)
            throws Failure, IOException, InterruptedException {
        long until = System.nanoTime() + limit.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - until >= 0) {
                return false;
            }
            Thread.sleep(POLL_MS);
        }
        return true;
    }

    private void printTable(List<Child> started) {
        var table = new Table("ROLE", "NAME", "PID", "FOLDER");
        for (Child child : started) {
            table.row(
                    child.plan().role(),
                    child.plan().role().equals("station")
                            ? "central"
                            : child.plan().name(),
                    pid(child),
                    child.plan().folder().toString());
        }
        table.print(surroundings.out());
        surroundings.out().println();
    }

    /** As it is now; who was started by somebody else runs as well. */
    private static String pid(Child child) {
        Optional<Long> own = child.process().filter(Process::isAlive).map(Process::pid);
        Optional<Long> other = FolderHolder.of(child.plan().folder()).filter(pid -> own.isEmpty());
        return own.map(String::valueOf)
                .or(() -> other.map(pid -> pid + " (not of this `up`)"))
                .orElse("-");
    }

    /** A trust file that a person wrote may forbid it, or ssh-agent be away; what was started goes on all the same. */
    private void runFirstCommand(StationClient client, List<String> nodes) throws Failure, InterruptedException {
        try {
            FirstCommand.run(client, nodes, ids, known, operator, surroundings);
        } catch (Failure e) {
            if (e.isUnreachable()) {
                throw e;
            }
            say.accept("the first command was not carried out: " + e.text());
        }
    }

    private void printHints(
            StationClient client,
            URI http,
            Optional<HttpCertificate> certificate,
            List<String> nodes,
            boolean usualFolder)
            throws Failure {
        List<String> data =
                usualFolder ? List.of() : List.of("--data", folder.root().toString());
        var page = new ArrayList<String>(List.of("page"));
        page.addAll(data);
        var words = new ArrayList<String>(List.of("run"));
        words.addAll(data);
        boolean ships = nodes.stream().anyMatch(node -> node.startsWith("ship"));
        words.addAll(List.of("--on", ships ? "ship*" : "all", "--", "uname", "-a"));
        surroundings.out().println();
        surroundings.out().println("page: %s".formatted(client.pageLink().url()));
        surroundings
                .out()
                .println("      (opens once, within five minutes; `%s %s` prints another link)"
                        .formatted(launcher.shortName(), ShellArguments.line(page)));
        surroundings.out().println("API: %s/api/v1".formatted(client.url()));
        if (certificate.isPresent()) {
            printForOthers(certificate.get(), http.getPort());
        }
        surroundings.out().println("try: %s %s".formatted(launcher.shortName(), ShellArguments.line(words)));
        surroundings.out().println("Ctrl-C stops everything here; the data stays.");
        surroundings.out().flush();
    }

    private void printForOthers(HttpCertificate certificate, int port) throws Failure {
        String urls = certificate.hosts().stream()
                .filter(host -> !host.equals("localhost") && !host.startsWith("127."))
                .map(host -> "https://%s:%d".formatted(inUrl(host), port))
                .collect(Collectors.joining(", "));
        surroundings.out().println("from other machines: " + urls);
        surroundings
                .out()
                .println("      they have to know its authority, "
                        + certificate.files().authorityCertificate());
        surroundings.out().println("      (SHA-256 %s)".formatted(certificate.authorityFingerprint()));
    }

    private static String inUrl(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }
}
