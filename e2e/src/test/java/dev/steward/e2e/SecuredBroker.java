// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import dev.steward.cli.broker.BrokerFolder;
import dev.steward.cli.broker.ServerConfiguration;
import dev.steward.message.NodeName;
import dev.steward.message.broker.BrokerAuthority;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.broker.Credentials;
import dev.steward.message.broker.Nkey;
import dev.steward.message.broker.Role;
import dev.steward.message.signing.Ed25519;
import io.nats.client.Connection;
import io.nats.client.NKey;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.support.JwtUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A nats-server that asks who connects, set up as `steward broker config` does, and plain clients of it. */
public final class SecuredBroker implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final Path folder;
    private final int port = Machine.freePort();
    private final BrokerKeys keys;
    private final UnaryOperator<String> change;
    private Process process;

    SecuredBroker(Path folder) throws Exception {
        this(folder, settings -> settings);
    }

    /** @param change of the server's settings */
    SecuredBroker(Path folder, UnaryOperator<String> change) throws Exception {
        this.folder = folder;
        this.change = change;
        this.keys = new BrokerFolder(folder, folder.resolve(BrokerKeys.FILE))
                .ensure(NodeName.CENTRAL, List.of("127.0.0.1"), Instant.now());
        this.process = launch();
    }

    private Process launch() throws Exception {
        var server = new ServerConfiguration.Server("test", "127.0.0.1", port, folder, "1GB");
        Path configuration = folder.resolve("nats-server.conf");
        write(configuration, server.text(true));
        if (new ProcessBuilder(Machine.natsServer(), "-t", "-c", configuration.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                != 0) {
            write(configuration, server.text(false)); // a server from before 2.11
        }
        Process started = new ProcessBuilder(Machine.natsServer(), "-c", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("server.log").toFile()))
                .start();
        Await.until("broker listens", SOON, this::listens);
        return started;
    }

    private void write(Path configuration, String server) throws IOException {
        Files.writeString(configuration, change.apply(server) + ServerConfiguration.security(keys, folder));
    }

    void restart() throws Exception {
        Machine.kill(process);
        process = launch();
    }

    BrokerKeys keys() {
        return keys;
    }

    Path keysFile() {
        return folder.resolve(BrokerKeys.FILE);
    }

    Process process() {
        return process;
    }

    String url() {
        return "tls://127.0.0.1:" + port;
    }

    int port() {
        return port;
    }

    /** Fresh credentials of a node. */
    Credentials node(String name) {
        Ed25519 key = Ed25519.generate();
        return new Credentials(
                Optional.of(keys.token(Role.NODE, name, key.key(), Instant.now(), Optional.empty())), key);
    }

    BrokerLogin login(Credentials credentials) {
        return new BrokerLogin(keys.authority(), credentials);
    }

    Options.Builder options(Credentials credentials) {
        var builder = new Options.Builder()
                .server(url())
                .noReconnect()
                .tlsFirst()
                .sslContext(new BrokerAuthority(keys.authority()).tls())
                .connectionTimeout(SOON);
        return credentials.token().isEmpty()
                ? builder
                : builder.authHandler(Nats.staticCredentials(credentials.text().getBytes(StandardCharsets.US_ASCII)));
    }

    Connection connect(Credentials credentials) throws Exception {
        return Nats.connect(options(credentials).build());
    }

    /** A client that no token of the station's could make: it hears the whole fleet, by the account's own key. */
    Connection listen() throws Exception {
        return byTheAccountsKey(new JwtUtils.Permission().deny(">"));
    }

    /** A client as strong as can be: it hears the whole fleet and speaks to everybody, by the account's own key. */
    Connection attack() throws Exception {
        return byTheAccountsKey(new JwtUtils.Permission().allow(">"));
    }

    private Connection byTheAccountsKey(JwtUtils.Permission publish) throws Exception {
        Ed25519 key = Ed25519.generate();
        var everything = new JwtUtils.UserClaim(Nkey.ACCOUNT.text(keys.account().key()))
                .sub(new JwtUtils.Permission().allow(">"))
                .pub(publish);
        String token = JwtUtils.issueUserJWT(
                NKey.fromSeed(Nkey.ACCOUNT.seed(keys.account()).toCharArray()),
                Nkey.USER.text(key.key()),
                "listener",
                null,
                JwtUtils.currentTimeSeconds(),
                everything);
        return connect(new Credentials(Optional.of(token), key));
    }

    private boolean listens() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(15, TimeUnit.SECONDS)) {
            Machine.kill(process);
        }
    }
}
