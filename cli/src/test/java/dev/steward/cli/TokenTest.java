// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.cli.terminal.ExitCode;
import dev.steward.message.EnrolmentToken;
import dev.steward.message.NodeName;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.broker.Nkey;
import dev.steward.message.json.JsonObject;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenTest extends CommandLineFixture {
    private static final String OTHER = "019c0f5e-0000-7000-8000-000000000002";

    private EnrolmentAtStation there;

    @BeforeEach
    void stationAnswers() {
        there = new EnrolmentAtStation(station, LinkKeyPair.generate().key());
        station.on("DELETE /api/v1/tokens/", 204, "");
    }

    @Test
    void aTokenAloneIsPrintedAndSaysWhomToBelieve() throws Exception {
        assertThat(steward("token", "create", "--node", "ship4")).isZero();

        assertThat(out().lines()).hasSize(1);
        EnrolmentToken token = EnrolmentToken.parse(out());
        assertThat(token.fleet()).isEqualTo(FLEET);
        assertThat(token.authority()).isEqualTo("ann");
        assertThat(token.authorityKey()).isEqualTo(operator.signer().key());
        assertThat(token.station()).isEqualTo(NodeName.CENTRAL);
        assertThat(token.linkKey()).isEqualTo(there.linkKey);
        assertThat(token.broker()).isEqualTo(EnrolmentAtStation.BROKER);
        assertThat(token.profile()).isEqualTo("full");
        assertThat(token.node()).contains(new NodeName("ship4"));
        assertThat(token.expiresAt()).isEqualTo(NOW.plus(Duration.ofHours(24)));
        assertThat(err())
                .contains("on the new machine: steward agent enroll - --data DIR --name ship4\n")
                .contains("as an argument", "list of processes")
                .contains("until 2026-02-01T12:03:00Z (1d)")
                .contains("steward node approve ship4");
    }

    @Test
    void theStationLearnsThePublicHalfAndNothingOfTheSecret() throws Exception {
        steward("token", "create", "--expires", "7d");

        EnrolmentToken token = EnrolmentToken.parse(out());
        JsonObject told = there.tokens.getFirst();
        assertThat(told.names()).containsExactlyInAnyOrder("id", "key", "login", "expiresAt");
        assertThat(told.text("id")).isEqualTo(token.id().toString());
        assertThat(told.text("key")).isEqualTo(token.secret().key().toString());
        assertThat(told.time("expiresAt")).isEqualTo(NOW.plus(Duration.ofDays(7)));
        assertThat(err()).contains("--data DIR [--name NAME]").contains("steward node approve NAME");
    }

    @Test
    void whereTheBrokerAsksWhoConnectsTheTokenHasItsLoginAndKnowsItByItsAuthority() throws Exception {
        KeyId authority = Ed25519.generate().key().id();
        there.brokerAsks(authority, "a.b.c");
        steward("token", "create");

        BrokerLogin login = EnrolmentToken.parse(out()).login().orElseThrow();
        assertThat(login.authority()).isEqualTo(authority);
        assertThat(login.credentials().token()).contains("a.b.c");
        assertThat(there.tokens.getFirst().text("login"))
                .isEqualTo(login.credentials().key().key().toString());
        assertThat(there.tokens.toString())
                .doesNotContain(Nkey.USER.seed(login.credentials().key()));
    }

    @Test
    void anAddressWithoutTlsOfSuchABrokerIsRefusedAndItsTokenRevoked() throws Exception {
        there.brokerAsks(Ed25519.generate().key().id(), "a.b.c");

        assertThat(steward("token", "create", "--broker", "tls://10.0.0.1:4222,nats://10.0.0.2:4222"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("write tls://HOST:PORT");
        assertThat(out()).isEmpty();
        assertThat(station.requests("DELETE"))
                .containsExactly(
                        "DELETE /api/v1/tokens/" + there.tokens.getFirst().text("id"));
    }

    @Test
    void anotherBrokerAndProfileGoIntoTheToken() throws Exception {
        there.brokerAsks(Ed25519.generate().key().id(), "a.b.c");
        assertThat(steward("token", "create", "--broker", "tls://10.0.0.1:4222", "--profile", "observe"))
                .isZero();

        EnrolmentToken token = EnrolmentToken.parse(out());
        assertThat(token.broker()).isEqualTo("tls://10.0.0.1:4222");
        assertThat(token.profile()).isEqualTo("observe");
    }

    @Test
    void aWrongOptionIsRefusedBeforeTheStationHearsOfIt() {
        assertThat(steward("token", "create", "--expires", "31d")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("30 days at most; 31d is longer");
        assertThat(steward("token", "create", "--expires", "soon")).isEqualTo(ExitCode.USAGE);
        assertThat(steward("token", "create", "--profile", "root")).isEqualTo(ExitCode.USAGE);
        assertThat(steward("token", "create", "--broker", "10.0.0.1")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("'10.0.0.1' is not the address of a broker");
        assertThat(steward("token", "create", "--broker", "nats://a:1,http://b"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("'http://b' is not the address of a broker");
        assertThat(steward("token", "create", "--node", "a.b")).isEqualTo(ExitCode.USAGE);
        assertThat(steward("token", "create", "--node", "all")).isEqualTo(ExitCode.USAGE);
        assertThat(out()).isEmpty();
        assertThat(station.requests("POST")).isEmpty();
    }

    @Test
    void withoutAnOperatorNoTokenIsMade() {
        assertThat(steward(
                        "token", "create", "--operator", data.resolve("nobody").toString()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("steward operator init");
        assertThat(station.requests("POST")).isEmpty();
    }

    @Test
    void theListSaysUntilWhenEachIsGoodOrWhoUsedIt() {
        tokensAre();

        assertThat(steward("token", "list")).isZero();
        assertThat(out()).isEqualTo("""
                ID                                    NODE   CREATED  STATE
                %s  ship4  3m ago   expires in 5h
                %s  any    2m ago   used by %s
                """.formatted(ID, OTHER, operator.id()));
        out.reset();
        assertThat(steward("token", "list", "--json")).isZero();
        assertThat(out())
                .startsWith(
                        "[{\"id\":\"%s\",\"node\":\"ship4\",\"createdAt\":\"2026-01-31T12:00:00.000Z\",".formatted(ID))
                .contains("\"usedBy\":null},{");
    }

    @Test
    void aTokenIsRevokedByAnIdThatMeansOnlyIt() {
        tokensAre();

        assertThat(steward("token", "revoke", "019c")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("the ids of 2 tokens begin with '019c'", ID, OTHER);
        assertThat(steward("token", "revoke", "ffff")).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("no token has the id 'ffff'");
        assertThat(station.requests("DELETE")).isEmpty();

        assertThat(steward("token", "revoke", OTHER)).isZero();
        assertThat(err()).contains("is good no more; it had been used by " + operator.id());
        assertThat(station.requests("DELETE")).containsExactly("DELETE /api/v1/tokens/" + OTHER);
    }

    @Test
    void whatTheStationRefusesIsSaid() {
        tokensAre();
        station.on("DELETE /api/v1/tokens/", 404, "{\"error\":{\"code\":\"not-found\",\"message\":\"it is gone\"}}");

        assertThat(steward("token", "revoke", ID)).isEqualTo(ExitCode.USAGE);
        assertThat(err()).contains("it is gone").doesNotContain("good no more");
    }

    private void tokensAre() {
        station.on("GET /api/v1/tokens", 200, """
                {"tokens":[
                {"id":"%s","node":"ship4","createdAt":"2026-01-31T12:00:00.000Z","expiresAt":"2026-01-31T17:03:00.000Z"},
                {"id":"%s","createdAt":"2026-01-31T12:01:00.000Z","expiresAt":"2026-01-31T17:03:00.000Z","usedBy":"%s"}]}""".formatted(ID, OTHER, operator.id()));
    }
}
