// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import dev.steward.bus.BusSettings;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.broker.Role;
import dev.steward.message.text.Options;
import dev.steward.message.text.Options.Option;
import dev.steward.station.http.ServerTls;
import dev.steward.store.PrivateFile;
import dev.steward.store.TrustFileWatch;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a station is set up: flags over environment.
 *
 * @param brokerKeys by which the station decides who gets in at its broker; empty where that asks nobody
 * @param trust the trust file
 * @param tls by which the API is served; always there beyond loopback
 * @param encryptBodies whether what travels between the station and its nodes is encrypted for them alone
 * @param stationFile where to leave url, pid and token for the command line
 */
public record StationSettings(
        NodeName name,
        BusSettings bus,
        Optional<BrokerKeys> brokerKeys,
        Path data,
        Path trust,
        String httpHost,
        int httpPort,
        Optional<ServerTls> tls,
        Path stationFile,
        boolean encryptBodies,
        String version) {
    static final Options OPTIONS = new Options(List.of(
            new Option("broker", "URL", "broker to connect to; required, for instance tls://127.0.0.1:4222"),
            new Option(
                    "broker-keys",
                    "FILE",
                    "who gets in there, as `steward broker config` has made it (broker-keys.json in the data folder, if there is one)"),
            new Option("data", "DIR", "folder of the ledger; required"),
            new Option("trust", "FILE", "whose lists of operators hold here (trust.yaml in the data folder)"),
            new Option(
                    "http",
                    "HOST:PORT",
                    "where to serve the API (127.0.0.1:8470); beyond loopback with a certificate only"),
            new Option("http-certificate", "FILE", "certificate of the API and its chain, in PEM; turns TLS on"),
            new Option("http-key", "FILE", "key of that certificate, in PEM (PKCS #8)"),
            new Option("name", "NAME", "node name of this station (central)"),
            new Option(
                    "station-file",
                    "FILE",
                    "where to leave url and token for the command line (station.json in the data folder)"),
            new Option(
                    "encrypt-bodies",
                    "",
                    "encrypt what goes to the nodes, which then do the same, so that the broker can't read it"),
            new Option("until-stdin-closes", "", "stop when standard input ends: whoever started this is gone"),
            new Option("version", "", "print the version"),
            new Option("help", "", "print this help")));

    /** @throws RefusedException where a setting is missing or wrong; the text says which */
    static StationSettings from(Map<String, List<String>> flags, Map<String, String> environment, String version)
            throws RefusedException {
        Path data = Path.of(text("data", "", flags, environment)).toAbsolutePath();
        String http = text("http", "127.0.0.1:8470", flags, environment);
        int colon = http.lastIndexOf(':');
        String host = colon < 0 ? "" : http.substring(0, colon);
        if (host.isEmpty()) {
            throw new RefusedException("--http %s: give HOST:PORT, such as 127.0.0.1:8470".formatted(http));
        }
        Optional<ServerTls> tls = tls(flags, environment);
        if (tls.isEmpty() && !isLoopback(host)) { // tokens and answers would be anybody's on the way
            throw new RefusedException(
                    "--http %s is beyond loopback, where the API is served over TLS alone: give a certificate with --http-certificate FILE and its key with --http-key FILE, or serve at 127.0.0.1"
                            .formatted(http));
        }
        NodeName name = NodeName.parse(text("name", NodeName.CENTRAL.value(), flags, environment));
        Optional<BrokerKeys> brokerKeys = brokerKeys(data, flags, environment);
        if (brokerKeys.filter(keys -> !keys.station().equals(name)).isPresent()) {
            throw new RefusedException("--broker-keys: these are of the station %s, and this is %s"
                    .formatted(brokerKeys.get().station(), name));
        }
        String url = BusSettings.checkedUrl(text("broker", "", flags, environment), brokerKeys.isPresent());
        return new StationSettings(
                name,
                BusSettings.of(
                        url,
                        name.value(),
                        brokerKeys.map(keys -> new BrokerLogin(
                                keys.authority(), keys.stationCredentials(Role.STATION, Instant.now())))),
                brokerKeys,
                data,
                Path.of(text("trust", data.resolve(TrustFileWatch.NAME).toString(), flags, environment))
                        .toAbsolutePath(),
                host,
                port(http.substring(colon + 1)),
                tls,
                Path.of(text("station-file", data.resolve("station.json").toString(), flags, environment))
                        .toAbsolutePath(),
                flags.containsKey("encrypt-bodies")
                        || Options.fromEnvironment("encrypt-bodies", environment)
                                .isPresent(),
                version);
    }

    /** With which the station reads its mailbox, where the broker asks who connects. */
    Optional<BrokerLogin> mailboxLogin() {
        return brokerKeys.map(
                keys -> new BrokerLogin(keys.authority(), keys.stationCredentials(Role.MAILBOX, Instant.now())));
    }

    private static Optional<BrokerKeys> brokerKeys(
            Path data, Map<String, List<String>> flags, Map<String, String> environment) throws RefusedException {
        boolean named = flags.containsKey("broker-keys")
                || Options.fromEnvironment("broker-keys", environment).isPresent();
        Path file = Path.of(text("broker-keys", data.resolve(BrokerKeys.FILE).toString(), flags, environment));
        Optional<String> text = PrivateFile.read(file);
        if (text.isEmpty()) {
            if (named) {
                throw new RefusedException("--broker-keys: there is no %s".formatted(file));
            }
            return Optional.empty();
        }
        return Optional.of(BrokerKeys.parse(text.get(), file.toString()));
    }

    String url() {
        return tls.map(each -> "https://" + each.hostFor(httpHost)).orElse("http://" + httpHost) + ":" + httpPort;
    }

    /** What is not forbidden, and yet should be known. */
    List<String> warnings() {
        var warnings = new ArrayList<String>();
        if (Arrays.stream(bus.url().split(",", -1)).anyMatch(StationSettings::isOverheard)) {
            warnings.add(
                    "the broker %s is spoken to without TLS and logins: whoever is on the way reads and writes; `steward broker config` makes what it takes"
                            .formatted(bus.shownUrl()));
        }
        tls.filter(ServerTls::isLoose)
                .ifPresent(each ->
                        warnings.add("%s can be read by others; take that from them: chmod 600".formatted(each.key())));
        return warnings;
    }

    private static boolean isOverheard(String broker) {
        URI uri = URI.create(broker);
        return "nats".equals(uri.getScheme()) && !isLoopback(uri.getHost());
    }

    /** By its name alone: 0.0.0.0 and names that the name service knows are not. */
    private static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
    }

    private static Optional<ServerTls> tls(Map<String, List<String>> flags, Map<String, String> environment)
            throws RefusedException {
        Optional<String> certificate = given("http-certificate", flags, environment);
        Optional<String> key = given("http-key", flags, environment);
        if (certificate.isPresent() != key.isPresent()) {
            throw new RefusedException("--http-certificate and --http-key go together: give both, or none");
        }
        return certificate.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new ServerTls(Path.of(certificate.get()), Path.of(key.orElseThrow()), InstantSource.system()));
    }

    private static Optional<String> given(
            String name, Map<String, List<String>> flags, Map<String, String> environment) {
        return flags.containsKey(name)
                ? Optional.of(flags.get(name).getLast())
                : Options.fromEnvironment(name, environment);
    }

    private static int port(String text) throws RefusedException {
        try {
            int port = Integer.parseInt(text);
            if (port > 0 && port < 65_536) {
                return port;
            }
        } catch (NumberFormatException e) {
            // refused below, as any other wrong number
        }
        throw new RefusedException("--http: '%s' is not a port; it must lie between 1 and 65535".formatted(text));
    }

    private static String text(
            String name, String otherwise, Map<String, List<String>> flags, Map<String, String> environment)
            throws RefusedException {
        String value = flags.containsKey(name)
                ? flags.get(name).getLast()
                : Options.fromEnvironment(name, environment).orElse(otherwise);
        if (value.isEmpty()) {
            throw new RefusedException("--%s is missing".formatted(name));
        }
        return value;
    }
}
