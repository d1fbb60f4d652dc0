// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import io.nats.client.Connection;
import io.nats.client.ErrorListener;
import io.nats.client.Message;
import io.nats.client.Nats;
import io.nats.client.Options;
import io.nats.client.Subscription;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code steward up} and the commands of the README, as a new user types them. */
class UpTest {
    private static final Duration START = Duration.ofMinutes(1);
    private static final Pattern ROW = Pattern.compile("(?m)^(broker|station|agent) +(\\S+) +(\\d+) ");

    @TempDir
    Path folder;

    private final String http = "127.0.0.1:" + Machine.freePort();
    private final String brokerPort = Integer.toString(Machine.freePort());
    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (Process process : started) {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                Machine.kill(process);
            }
        }
    }

    @Test
    void upRunsACommandOnThreeNodesAndGroupsWhatTheySay() throws Exception {
        up();

        Machine.Result run = steward("run", "--on", "ship*", "--", "uname", "-a");
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).contains("ship[1-3] (3) succeeded").contains("Linux");
        assertThat(run.err()).contains("3 succeeded");
        assertThat(upLog()).contains("$ uname -a").contains("ship[1-3] (3) succeeded");
        assertThat(upLog()).containsPattern("(?m)^page: http://" + http + "/#link=[\\w-]{32}$");
    }

    @Test
    void aPlainClientOfTheBrokerGetsAsFarAsItsCredentials() throws Exception {
        up();
        var refused = new LinkedBlockingQueue<String>();
        Options.Builder client = new Options.Builder()
                .server("tls://127.0.0.1:" + brokerPort)
                .noReconnect()
                .tlsFirst()
                .sslContext(believing(folder.resolve("broker/ca.pem")))
                .connectionTimeout(Duration.ofSeconds(6));
        assertThatThrownBy(() -> Nats.connect(client.build())).hasMessageContaining("Authorization Violation");

        client.authHandler(Nats.credentials(
                        folder.resolve("nodes/ship1/broker.creds").toString()))
                .connectionTimeout(START)
                .errorListener(new ErrorListener() {
                    @Override
                    public void errorOccurred(Connection connection, String error) {
                        refused.add(error);
                    }
                });
        try (Connection ship1 = Nats.connect(client.build())) {
            Subscription own = ship1.subscribe("ship1.>");
            ship1.subscribe("ship2.>"); // what is ordered there
            ship1.publish("ship2.ack.link.control", new byte[0]); // as the station
            ship1.publish("central.command.cancel.steward", new byte[0]);
            ship1.flush(START);
            assertThat(List.of(refused.take(), refused.take(), refused.take()))
                    .allMatch(error -> error.contains("Permissions Violation"));

            assertThat(steward("run", "--on", "ship*", "--", "true").exit()).isZero();
            Message heard = own.nextMessage(START);
            while (heard != null) { // all that there is
                assertThat(heard.getSubject()).startsWith("ship1.");
                heard = own.nextMessage(Duration.ofMillis(200));
            }
            assertThat(refused).isEmpty();
        }
    }

    /** As any client of NATS can. */
    private static SSLContext believing(Path authority) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (var in = Files.newInputStream(authority)) {
            store.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(store);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }

    @Test
    void aSecondUpOnTheFolderSaysWhoHasItAndAnOccupiedPortIsNamedWithItsFlag() throws Exception {
        Process up = up();

        Machine.Result second =
                Machine.cli(Map.of(), "up", "--data", folder.toString(), "--http", http, "--broker-port", brokerPort);
        assertThat(second.exit()).isEqualTo(1);
        assertThat(second.err()).contains(Long.toString(up.pid())).contains("http://" + http);

        Machine.Result elsewhere = Machine.cli(
                Map.of(),
                "up",
                "--data",
                folder.resolve("other").toString(),
                "--http",
                http,
                "--broker-port",
                brokerPort);
        assertThat(elsewhere.exit()).isEqualTo(1);
        assertThat(elsewhere.err()).contains(brokerPort).contains("--broker-port");
    }

    @Test
    void anAgentThatWasStoppedStaysDownAndRunsWhatWaitsOnceStartedByTheLineThatUpPrints() throws Exception {
        up();
        terminate(pid("ship2"));
        Await.until("up says how to start it", START, () -> upLog().contains("ship2 was stopped"));

        Machine.Result detached = steward("run", "--on", "ship2", "--detach", "--", "date");
        String id = detached.out().strip();
        assertThat(show(id).text("state")).isEqualTo("queued");

        String line = upLog().lines()
                .filter(text -> text.contains(" agent --name ship2 "))
                .findFirst()
                .orElseThrow();
        List<String> words = List.of(line.strip().split(" ", -1));
        started.add(Machine.steward(words.subList(1, words.size()))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("ship2-by-hand.log").toFile())
                .start());

        assertThat(steward("watch", id).exit()).isZero();
        assertThat(show(id).text("state")).isEqualTo("succeeded");
    }

    @Test
    void aKilledUpTakesStationAndAgentsWithItAndTheNextOneTakesUpTheirState() throws Exception {
        Process first = up();
        String id = steward("run", "--on", "all", "--detach", "--", "echo", "before")
                .out()
                .strip();
        String broker = Long.toString(pid("broker"));
        var children = new ArrayList<String>();
        for (String name : List.of("central", "ship1", "ship2", "ship3")) {
            children.add(Long.toString(pid(name)));
        }

        Machine.kill(first);
        for (String child : children) {
            Await.until(child + " has ended", START, () -> !Machine.isRunning(child));
        }
        up();

        assertThat(Machine.isRunning(broker)).as("the left-over broker").isFalse();
        Machine.Result watched = steward("watch", id);
        assertThat(watched.exit()).as(watched.out()).isZero();
    }

    @Test
    void ctrlCStopsEverythingInOrder() throws Exception {
        Process up = up();
        Map<String, Long> pids = pids();

        terminate(up.pid());
        up.waitFor();

        for (Map.Entry<String, Long> entry : pids.entrySet()) {
            assertThat(Machine.isRunning(Long.toString(entry.getValue())))
                    .as(entry.getKey())
                    .isFalse();
        }
        assertThat(folder.resolve("station.json")).doesNotExist();
    }

    @Test
    void wrongTargetsOrderNothing() throws Exception {
        up();

        Machine.Result unknown = steward("run", "--on", "ship9", "--", "true");
        assertThat(unknown.exit()).isEqualTo(2);
        assertThat(unknown.err()).contains("did you mean 'ship1'");
        assertThat(steward("run", "--on", "zip*", "--", "true").exit()).isEqualTo(2);
        assertThat(steward("commands", "--json").out()).doesNotContain("\"true\"");
    }

    @Test
    void theDoctorFindsWhatAFirstUpLeavesAndNothingElse() throws Exception {
        up();
        assertThat(weaknesses())
                .containsExactly(
                        "trust-anything-for-everyone",
                        "trust-one-authority",
                        "operators-one-authority",
                        "trust-one-signature",
                        "operator-key-plain");

        Files.setPosixFilePermissions(
                folder.resolve("operator/key"), PosixFilePermissions.fromString("rw-r--r--")); // chmod 644
        assertThat(weaknesses())
                .containsExactly(
                        "file-loose",
                        "trust-anything-for-everyone",
                        "trust-one-authority",
                        "operators-one-authority",
                        "trust-one-signature",
                        "operator-key-plain");
    }

    /** By the id of each finding, the worst first. */
    private List<String> weaknesses() throws Exception {
        Machine.Result doctor = steward("doctor", "--json");
        assertThat(doctor.exit()).as(doctor.err()).isEqualTo(1);
        var ids = new ArrayList<String>();
        byte[] list = "{\"list\":%s}".formatted(doctor.out()).getBytes(StandardCharsets.UTF_8);
        for (JsonObject each : Json.object(list, 1_000_000).objects("list", 100)) {
            ids.add(each.text("id"));
        }
        return ids;
    }

    private Process up() throws Exception {
        Files.deleteIfExists(folder.resolve("up.log"));
        Process up = Machine.steward(
                        List.of("up", "--data", folder.toString(), "--http", http, "--broker-port", brokerPort))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("up.log").toFile())
                .start();
        started.add(up);
        Await.until("up is ready", START, () -> {
            assertThat(up.isAlive()).as(upLog()).isTrue();
            return upLog().contains("Ctrl-C");
        });
        return up;
    }

    private String upLog() throws Exception {
        return Files.readString(folder.resolve("up.log"));
    }

    /** Pids by name, from the table that up prints. */
    private Map<String, Long> pids() throws Exception {
        var pids = new LinkedHashMap<String, Long>();
        Matcher row = ROW.matcher(upLog());
        while (row.find()) {
            pids.put(row.group(2), Long.valueOf(row.group(3)));
        }
        assertThat(pids).hasSize(5);
        return pids;
    }

    private long pid(String name) throws Exception {
        return Optional.ofNullable(pids().get(name)).orElseThrow();
    }

    private Machine.Result steward(String... arguments) throws Exception {
        return Machine.cli(Map.of("STEWARD_DATA", folder.toString()), arguments);
    }

    private JsonObject show(String id) throws Exception {
        return Json.object(steward("show", id, "--json").out().getBytes(StandardCharsets.UTF_8), 1_000_000)
                .objects("executions", 1)
                .getFirst();
    }

    private static void terminate(long pid) {
        assertThat(ProcessHandle.of(pid).orElseThrow().destroy()).isTrue();
    }
}
