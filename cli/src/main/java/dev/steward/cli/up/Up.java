// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.api.StationFile;
import dev.steward.cli.certificate.Certificates;
import dev.steward.cli.node.KnownNodes;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Broker, station and nodes on one machine, in the foreground. */
@Command(
        name = "up",
        header = "Starts broker, station and nodes on this machine and looks after them; Ctrl-C stops them.",
        synopsisHeading = "%nExamples:%n"
                + "  steward up%n"
                + "  steward up --nodes web1,web2,db1%n"
                + "  steward up --data /tmp/try --http 127.0.0.1:9470 --broker-port 9222%n"
                + "%nUsage: ",
        description = "%nWhat they know stays in the data folder, and the next `up` goes on from there.%n")
public final class Up implements Callable<Integer> {
    private static final long CHECK_MS = 200;

    /** As the station itself has it. */
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");

    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    @Option(
            names = "--nodes",
            paramLabel = "NAMES",
            split = ",",
            defaultValue = "ship1,ship2,ship3",
            description = "The nodes to run here. Default: ${DEFAULT-VALUE}.")
    private List<String> nodes = new ArrayList<>();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where everything is kept; also STEWARD_DATA. Default: ~/.local/state/steward.")
    private @Nullable Path data;

    @Option(
            names = "--http",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8470",
            description =
                    "Where the station's API listens. Beyond loopback (an address of this machine, or 0.0.0.0 for all)"
                            + " it is served over TLS, by an authority that is made for it. Default: ${DEFAULT-VALUE}.")
    private String http = "";

    @Option(
            names = "--http-name",
            paramLabel = "NAME",
            description = "Also a name or address by which the API is reached there; may be repeated.")
    private List<String> httpNames = new ArrayList<>();

    @Option(
            names = "--broker-port",
            paramLabel = "N",
            defaultValue = "4222",
            description = "Where the broker listens. Default: ${DEFAULT-VALUE}.")
    private int brokerPort;

    @Option(
            names = "--broker-host",
            paramLabel = "ADDRESS",
            defaultValue = Broker.LOOPBACK,
            description =
                    "The address at which it listens: one of this machine, or 0.0.0.0 for all, so that other machines"
                            + " can join. Default: ${DEFAULT-VALUE}.")
    private String brokerHost = "";

    private final Surroundings surroundings;
    private final Ids ids;

    public Up(Surroundings surroundings, Ids ids) {
        this.surroundings = surroundings;
        this.ids = ids;
    }

    @Override
    public Integer call() throws Failure, InterruptedException, IOException {
        List<String> names = names(nodes);
        URI address = address(http);
        checkHttpNames(httpNames, address);
        checkPorts(brokerPort, address);
        checkBrokerHost(brokerHost);
        Launcher launcher = Launcher.of(surroundings);
        String binary = surroundings
                .variable("STEWARD_NATS_SERVER")
                .orElseThrow(
                        () -> Failure.usage("STEWARD_NATS_SERVER is not set; start this with the script ./steward"));
        Path root = surroundings.dataFolder(data);

        try (DataFolder folder = DataFolder.open(root, address.toString())) {
            var children = new Children(this::say);
            Thread hook = stopOnSignal(children, folder);
            try {
                OperatorFolder operator = OperatorFolder.usual(surroundings, root);
                Identity identity = UpOperator.of(operator, ids, surroundings, this::say);
                writeTrustFiles(folder, names, identity);
                var known = new KnownNodes(operator, identity);
                var start = new Startup(surroundings, ids, identity, known, folder, launcher, children, this::say);
                var broker = new Broker(folder, binary, brokerHost, brokerPort, surroundings.clock());
                Optional<HttpCertificate> certificate = certificate(folder, address);
                start.run(broker, address, certificate, names, isUsualFolder(root));
                while (true) {
                    TimeUnit.MILLISECONDS.sleep(CHECK_MS);
                    children.check();
                    certificate.ifPresent(HttpCertificate::renew);
                }
            } catch (Failure e) {
                if (children.isStopping()) {
                    hook.join(); // what fails while everything is stopped is no news; the hook ends the program
                }
                throw e;
            } finally {
                children.stop();
                removeHook(hook);
            }
        }
    }

    private Optional<HttpCertificate> certificate(DataFolder folder, URI address) {
        return isSecured(address)
                ? Optional.of(new HttpCertificate(
                        folder.http(),
                        HttpCertificate.hosts(address.getHost(), httpNames),
                        surroundings.clock(),
                        this::say))
                : Optional.empty();
    }

    private static boolean isSecured(URI address) {
        return address.getScheme().equals("https");
    }

    private void writeTrustFiles(DataFolder folder, List<String> names, Identity identity) throws Failure {
        var trust = new TrustFiles(identity, this::say);
        trust.write(folder.station());
        for (String name : names) {
            trust.write(folder.node(name));
        }
    }

    /** Ctrl-C is how one stops it, so that is no failure. */
    private Thread stopOnSignal(Children children, DataFolder folder) {
        var hook = new Thread(
                () -> {
                    children.stop();
                    say("stopped; what they know stays in " + folder.root());
                    surroundings.out().flush();
                    Runtime.getRuntime().halt(0);
                },
                "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    /** Else the hook would turn the exit code of what ended by itself into 0. */
    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // a signal came meanwhile, and the hook ends the program
        }
    }

    private void say(String text) {
        surroundings.err().println(text);
        surroundings.err().flush();
    }

    private boolean isUsualFolder(Path root) {
        return root.equals(surroundings.dataFolder(null));
    }

    static List<String> names(List<String> nodes) throws Failure {
        var names = new ArrayList<String>();
        for (String node : nodes) {
            String name = node.strip();
            try {
                Optional<String> refusal = EnrolmentRequest.nameRefusal(NodeName.parse(name), NodeName.CENTRAL);
                if (refusal.isPresent()) {
                    throw Failure.usage("--nodes: " + refusal.get());
                }
            } catch (RefusedException e) {
                throw Failure.usage("--nodes: " + e.getMessage());
            }
            if (names.contains(name)) {
                throw Failure.usage("--nodes: '%s' is there twice".formatted(name));
            }
            names.add(name);
        }
        return names;
    }

    /** The URL of a station that listens there. */
    static URI address(String http) throws Failure {
        URI address = StationFile.address("http://" + http);
        boolean complete = address.getPort() > 0
                && address.getPort() <= 65_535
                && address.getRawPath().isEmpty();
        if (!complete) {
            throw Failure.usage("--http: '%s' is not HOST:PORT, for instance 127.0.0.1:8470".formatted(http));
        }
        if (LOOPBACK.contains(address.getHost())) {
            return address;
        }
        if (!ADDRESS.matcher(address.getHost()).matches()) {
            throw Failure.usage(
                    "--http: '%s' begins with no address of IPv4; write one of this machine or 0.0.0.0 for all, and names with --http-name"
                            .formatted(http));
        }
        return URI.create("https://" + http);
    }

    private static void checkHttpNames(List<String> names, URI address) throws Failure {
        if (!names.isEmpty() && !isSecured(address)) {
            throw Failure.usage(
                    "--http-name: on loopback the API has no certificate that could name others; give --http another address too");
        }
        for (String name : names) {
            if (!Certificates.isHost(name)) {
                throw Failure.usage("--http-name: '%s' is not the name or address of a machine".formatted(name));
            }
        }
    }

    private static void checkBrokerHost(String host) throws Failure {
        if (!ADDRESS.matcher(host).matches()) {
            throw Failure.usage("--broker-host: '%s' is not an address of IPv4, for instance 0.0.0.0".formatted(host));
        }
    }

    static void checkPorts(int broker, URI http) throws Failure {
        if (broker < 1 || broker > 65_535) {
            throw Failure.usage("--broker-port: %d is not a port; it must lie between 1 and 65535".formatted(broker));
        }
        if (broker == http.getPort()) {
            throw Failure.usage("--broker-port and --http both name port %d; choose two".formatted(broker));
        }
    }
}
