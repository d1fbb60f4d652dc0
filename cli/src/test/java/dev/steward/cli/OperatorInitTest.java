// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.operator.RealSshAgent;
import dev.steward.cli.terminal.ExitCode;
import dev.steward.cli.terminal.PrivateFile;
import dev.steward.message.Document;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.OpenSshKey;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.TrustTemplate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class OperatorInitTest extends CommandLineFixture {
    private final Ed25519 key = Ed25519.generate();
    private Path fresh;

    @BeforeEach
    void another() {
        fresh = data.resolve("another");
        environment.put("STEWARD_OPERATOR", fresh.toString());
    }

    @Test
    void aNewKeyIsMadeAndItIsSaidHowToGoOn() throws Exception {
        assertThat(steward("operator", "init", "--name", "bob")).isZero();

        var made = new OperatorFolder(fresh).identity(surroundings());
        assertThat(out())
                .contains("operator bob, " + made.id())
                .contains("key:    " + fresh.resolve("key"))
                .contains("public: " + made.signer().key())
                .contains("fleet:  " + made.fleet())
                .contains("steward operator trust-file > trust.yaml");
        assertThat(made.fleet()).isNotEqualTo(FLEET);
        assertThat(station.requests("")).isEmpty();
        out.reset();

        assertThat(steward("operator", "trust-file")).isZero();
        assertThat(out())
                .isEqualTo(TrustTemplate.text(made.fleet(), "bob", made.signer().key(), "full"));
        out.reset();
        assertThat(steward("operator", "trust-file", "--profile", "observe")).isZero();
        assertThat(out()).contains("profile: observe");
        assertThat(steward("operator", "trust-file", "--profile", "none")).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void whoJoinsAFleetIsToldTheLineForItsAuthority() throws Exception {
        assertThat(steward("operator", "init", "--name", "bob", "--fleet", FLEET.toString()))
                .isZero();

        var made = new OperatorFolder(fresh).identity(surroundings());
        assertThat(made.fleet()).isEqualTo(FLEET);
        assertThat(out()).contains("steward operator add bob '" + made.signer().key() + "'");
    }

    @Test
    void whoIsThereAlreadyIsLeftAlone() {
        steward("operator", "init", "--name", "bob");

        assertThat(steward("operator", "init", "--name", "eve")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("there is an operator already: bob", "in " + fresh);
    }

    @Test
    void whatIsWrongMakesNothing() throws Exception {
        for (List<String> wrong : List.of(
                List.of("--name", "b b"),
                List.of("--fleet", "x"),
                List.of("--key", "a", "--ssh-agent"),
                List.of("--key", data.resolve("none").toString()))) {
            var words = new java.util.ArrayList<>(List.of("operator", "init"));
            words.addAll(wrong);
            assertThat(steward(words.toArray(String[]::new))).isIn(ExitCode.USAGE, ExitCode.CREDENTIAL);
        }
        assertThat(fresh.resolve("operator.json")).doesNotExist();
        assertThat(fresh.resolve("key")).doesNotExist();
    }

    @Test
    void aKeyOfOpenSshIsUsedWhereItLies() throws Exception {
        Path file = data.resolve("id_ed25519");
        PrivateFile.write(file, new OpenSshKey(key, "bob").text());

        assertThat(steward("operator", "init", "--name", "bob", "--key", file.toString()))
                .isZero();

        assertThat(out())
                .contains("key:    " + file)
                .contains("operator bob, " + key.key().id());
        assertThat(fresh.resolve("key")).doesNotExist();
        assertThat(Files.readString(fresh.resolve("operator.json"))).contains("\"keyFile\":\"" + file + "\"");
    }

    @Test
    void aKeyInTheAgentSignsAnOrderForThousandsOfNodes() throws Exception {
        Path short_ = Files.createTempDirectory("agent");
        try (var agent = new RealSshAgent(short_)) {
            environment.put("SSH_AUTH_SOCK", agent.socket().toString());
            assertThat(steward("operator", "init", "--ssh-agent")).isEqualTo(ExitCode.USAGE);
            assertThat(err()).contains("holds no Ed25519 key; load one with `ssh-add FILE`");
            agent.add(key, "bob's");
            agent.add(Ed25519.generate(), "another");
            assertThat(steward("operator", "init", "--ssh-agent")).isEqualTo(ExitCode.USAGE);
            assertThat(err()).contains("--ssh-agent " + key.key().id() + "  bob's");
            assertThat(steward("operator", "init", "--ssh-agent", "nobody's")).isEqualTo(ExitCode.USAGE);

            assertThat(steward(
                            "operator", "init", "--name", "bob", "--fleet", FLEET.toString(), "--ssh-agent", "bob's"))
                    .isZero();
            assertThat(out()).contains("key:    in the ssh-agent");

            AtomicReference<List<String>> documents = ordersAreKept(10_000);
            keep(10_000);
            assertThat(steward("run", "--on", "all", "--detach", "--", "date")).isZero();

            assertThat(documents.get()).hasSize(100);
            for (String document : documents.get()) {
                SignedDocument signed = SignedDocument.decode(bytes(document));
                assertThat(signed.isSignedBy(key.key(), Signatures.ED25519)).isTrue();
                assertThat(signed.read()).isInstanceOf(Document.Command.class);
                assertThat(signed.read().issuer()).isEqualTo(key.key().id());
                assertThat(signed.read().fleet()).isEqualTo(FLEET);
            }
        } finally {
            try (var files = Files.list(short_)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(short_);
        }
        err.reset();
        assertThat(steward("run", "--on", "all", "--", "date")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("the ssh-agent at").contains("can't be asked");
        environment.remove("SSH_AUTH_SOCK");
        assertThat(steward("run", "--on", "all", "--", "date")).isEqualTo(ExitCode.CREDENTIAL);
        assertThat(err()).contains("SSH_AUTH_SOCK is not set");
    }

    @Test
    void withoutAnOperatorNothingIsOrderedAndItIsSaidHowToMakeOne() {
        assertThat(steward("run", "--on", "all", "--", "date")).isEqualTo(ExitCode.USAGE);
        assertThat(steward("cancel", ID)).isEqualTo(ExitCode.USAGE);
        assertThat(steward("policy", "test", "ship1", "--", "date")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("no operator here: there is no " + fresh, "steward operator init");
        assertThat(station.requests("")).isEmpty();

        assertThat(steward(
                        "operator", "init", "--operator", data.resolve("third").toString()))
                .isZero();
        assertThat(data.resolve("third/operator.json")).exists();
        assertThat(fresh).doesNotExist();
    }

    @Test
    void aCommandOfTheGroupIsNamedWhereItIsMissingOrMistyped() {
        assertThat(steward("operator")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("init, trust, trust-file, list, add or revoke");
        assertThat(steward("operator", "lst")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("unknown command 'lst'; did you mean 'list'?");
        assertThat(steward("policy")).isEqualTo(ExitCode.USAGE);
        assertThat(steward("operator", "add", "--help")).isZero();
        assertThat(out()).contains("--expires=WHEN");
    }

    /** As if this operator had approved them; nobody looks at these signatures again. */
    private void keep(int nodes) throws Exception {
        Path folder = Files.createDirectories(fresh.resolve("nodes"));
        var bob = new Identity(FLEET, "bob", key);
        List<SignedDocument.Signature> signatures =
                bob.sign(Records.approval(bob, "n0", Station.machine("n0"), 1)).signatures();
        for (int i = 0; i < nodes; i++) {
            String name = "n" + i;
            byte[] record =
                    Records.approval(bob, name, Station.machine(name), 1).encode();
            Files.write(folder.resolve(name), new SignedDocument(record, signatures).encode());
        }
    }

    private AtomicReference<List<String>> ordersAreKept(int nodes) {
        var documents = new AtomicReference<List<String>>(List.of());
        station.on(
                "GET /api/v1/nodes",
                200,
                Station.nodes(IntStream.range(0, nodes).mapToObj(i -> "n" + i).toArray(String[]::new)));
        station.on("POST " + COMMANDS, exchange -> {
            documents.set(documents(exchange.getRequestBody().readAllBytes()));
            Station.send(exchange, 201, "{\"commands\":[" + Station.command(ID, "running", nodes, "") + "]}");
        });
        return documents;
    }
}
