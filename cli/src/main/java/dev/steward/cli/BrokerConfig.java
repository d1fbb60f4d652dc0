// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.broker.BrokerFolder;
import dev.steward.cli.broker.ServerConfiguration;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.FileTrouble;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.broker.BrokerKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "config",
        header = "Writes keys, certificates and a configuration for nats-server 2.10 or newer.",
        synopsisHeading = "%nExamples:%n"
                + "  steward broker config --out /etc/steward-broker --host broker.example.com%n"
                + "  steward broker config --out new --at /etc/steward-broker --host b1.example.com --host 10.0.0.5%n"
                + "%nUsage: ",
        description =
                "%nIn that folder: security.conf, which each server of a cluster can include; nats-server.conf, which"
                        + " does so, for one server alone; and broker-keys.json, by which the station decides who gets"
                        + " in. What is there already stays: keys are made once. The broker's operator, accounts and"
                        + " roles are steward's own, so it can't share a server with another operator's accounts.%n")
final class BrokerConfig implements Callable<Integer> {
    private static final Pattern LISTEN = Pattern.compile("([A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+]):(\\d{1,5})");

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write it all.")
    private Path out = Path.of("");

    @Option(
            names = "--host",
            required = true,
            paramLabel = "HOST",
            description = "A name or address by which nodes reach the server; may be repeated.")
    private List<String> hosts = new ArrayList<>();

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "0.0.0.0:4222",
            description = "Where the server listens. Default: ${DEFAULT-VALUE}.")
    private String listen = "";

    @Option(
            names = "--at",
            paramLabel = "DIR",
            description = "Where the folder will lie on the server's machine. Default: as --out.")
    private @Nullable Path at;

    @Option(
            names = "--station",
            paramLabel = "NAME",
            defaultValue = "central",
            description = "The station's node name. Default: ${DEFAULT-VALUE}.")
    private String station = "";

    private final Surroundings surroundings;

    BrokerConfig(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws Failure {
        Matcher listens = LISTEN.matcher(listen);
        if (!listens.matches() || Integer.parseInt(listens.group(2)) > 65_535) {
            throw Failure.usage("--listen: '%s' is not HOST:PORT, for instance 0.0.0.0:4222".formatted(listen));
        }
        int port = Integer.parseInt(listens.group(2));
        Path folder = out.toAbsolutePath().normalize();
        Path there = at == null ? folder : at.normalize();
        if (!there.isAbsolute()) {
            throw Failure.usage("--at: '%s' must be a whole path, which begins with /".formatted(there));
        }
        Path keysFile = folder.resolve(BrokerKeys.FILE);
        Instant now = surroundings.clock().instant();
        BrokerKeys keys = new BrokerFolder(folder, keysFile).ensure(stationName(), hosts, now);
        var server = new ServerConfiguration.Server("steward", withoutBrackets(listens.group(1)), port, there, "2GB");
        try {
            PrivateFile.write(
                    folder.resolve("security.conf"), """
                    # Written by `steward broker config`. Each server of a cluster can include it.
                    %s""".formatted(ServerConfiguration.security(keys, there)));
            PrivateFile.write(folder.resolve("nats-server.conf"), """
                    # Written by `steward broker config`, for one server.
                    %sinclude security.conf
                    """.formatted(server.text(true)));
        } catch (IOException e) {
            throw Failure.failed("%s can't be written: %s".formatted(folder, FileTrouble.text(e)));
        }
        surroundings.out().println("""
                the broker's authority is %s
                  start it:                    nats-server -c %s
                  (servers older than 2.11 know neither max_buffered_... nor strict: remove these lines for them)
                  give the station its keys:   %s, as %s in its data folder
                  start the station with:      --broker tls://%s:%d
                  keep a copy in a safe place: %s and ca.key, ca.pem; ca.key is not needed on the server""".formatted(
                        keys.authority(),
                        there.resolve("nats-server.conf"),
                        keysFile,
                        BrokerKeys.FILE,
                        hosts.getFirst().contains(":") ? "[" + hosts.getFirst() + "]" : hosts.getFirst(),
                        port,
                        BrokerKeys.FILE));
        return 0;
    }

    /** The server puts them around an address of IPv6 itself. */
    private static String withoutBrackets(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private NodeName stationName() throws Failure {
        try {
            return NodeName.parse(station);
        } catch (RefusedException e) {
            throw Failure.usage("--station: " + e.getMessage());
        }
    }
}
