// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What stands in the tokens; that a server takes them, and does as they say, tests with a real one show. */
class BrokerKeysTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private final BrokerKeys keys =
            BrokerKeys.generate(NOW, NodeName.CENTRAL, Ed25519.generate().key().id());

    @Test
    void theFileIsReadAsItWasWritten() throws Exception {
        BrokerKeys read = BrokerKeys.parse(keys.text(), "x");

        assertThat(read.text()).isEqualTo(keys.text());
        assertThat(read.accountToken()).isEqualTo(keys.accountToken());
        assertThat(read.operatorToken()).isEqualTo(keys.operatorToken());
    }

    @Test
    void aDamagedFileIsRefusedByItsName() {
        assertThatThrownBy(() -> BrokerKeys.parse(keys.text().replace("\"SO", "\"SA"), "broker-keys.json"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("broker-keys.json");
        assertThatThrownBy(() -> BrokerKeys.parse(keys.text().replace("\"format\"", "\"former\""), "broker-keys.json"))
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void aNodesTokenSaysItsNameAndKeyAndNothingOfWhatItMayDo() throws Exception {
        Ed25519 login = Ed25519.generate();
        JsonObject claims = claims(keys.token(Role.NODE, "ship1", login.key(), NOW, Optional.empty()));

        assertThat(claims.text("name")).isEqualTo("ship1");
        assertThat(claims.text("sub")).isEqualTo(Nkey.USER.text(login.key()));
        assertThat(claims.has("exp")).isFalse();
        assertThat(claims.object("nats").names()).containsExactlyInAnyOrder("issuer_account", "type", "version");
        assertThat(claims.object("nats").text("issuer_account")).isEqualTo(keys.accountId());
        assertThat(claims.text("iss")).startsWith("A").isNotEqualTo(keys.accountId());
    }

    @Test
    void theAccountsTokenNamesWhoIsShutOutAndIsAnotherOneEachTime() throws Exception {
        Ed25519 out = Ed25519.generate();
        String token = keys.accountToken(NOW, Map.of(out.key(), BrokerKeys.FOR_EVER));
        JsonObject account = claims(token).object("nats");

        assertThat(account.object("revocations").integer(Nkey.USER.text(out.key()), 0, Long.MAX_VALUE))
                .isEqualTo(BrokerKeys.FOR_EVER.getEpochSecond()); // whatever the clocks say
        assertThat(account.objects("signing_keys", 9)).hasSize(Role.values().length - 1); // without the mailbox's
        assertThat(keys.read(token).shutOut()).containsExactly(Map.entry(out.key(), BrokerKeys.FOR_EVER));
        assertThat(claims(token).text("jti"))
                .isNotEqualTo(claims(keys.accountToken(NOW, Map.of())).text("jti"));
    }

    @Test
    void theSameIsSaidInTheSameWords() throws Exception {
        BrokerKeys again = BrokerKeys.parse(keys.text(), "x");
        assertThat(again.accountToken(NOW, Map.of())).isEqualTo(keys.accountToken(NOW, Map.of()));
        assertThat(again.mailToken()).isEqualTo(keys.mailToken());
    }

    @Test
    void aTokenThatAnotherOperatorHasSignedSaysNothingHere() {
        BrokerKeys others = BrokerKeys.generate(
                NOW, NodeName.CENTRAL, Ed25519.generate().key().id());
        assertThatThrownBy(() -> keys.read(others.accountToken())).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> keys.read(keys.mailToken())).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> keys.read("a.b.c")).isInstanceOf(RefusedException.class);
    }

    @Test
    void itIsIssuedAfterTheOneThatTheServersConfigurationHasWhateverTheClockSays() throws Exception {
        JsonObject late = claims(keys.accountToken(NOW.minusSeconds(1000), Map.of()));
        assertThat(late.integer("iat", 0, Long.MAX_VALUE)).isGreaterThan(NOW.getEpochSecond());
    }

    @Test
    void noSecretIsInItsText() {
        assertThat(keys.toString()).isEqualTo("broker account " + keys.accountId());
    }

    private static JsonObject claims(String token) throws RefusedException {
        return Json.object(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), 10_000);
    }
}
