// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.RefusedException;
import dev.steward.message.signing.Ed25519;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CredentialsTest {
    private final Ed25519 key = Ed25519.generate();

    @Test
    void aFileIsReadAsItWasWritten() throws Exception {
        var credentials = new Credentials(Optional.of("aa.bb-_.cc"), key);

        Credentials read = Credentials.parse(credentials.text(), "x");

        assertThat(read.token()).contains("aa.bb-_.cc");
        assertThat(read.key().key()).isEqualTo(key.key());
    }

    @Test
    void aFileBeforeItsTokenWasIssuedHasTheKeyAlone() throws Exception {
        Credentials read = Credentials.parse(new Credentials(Optional.empty(), key).text(), "x");

        assertThat(read.token()).isEmpty();
        assertThat(read.key().key()).isEqualTo(key.key());
    }

    @Test
    void aFileThatNscWroteIsRead() throws Exception {
        Credentials read = Credentials.parse("""
                -----BEGIN NATS USER JWT-----
                eyJ0eXAi.eyJqdGki.c2ln
                ------END NATS USER JWT------

                ************************* IMPORTANT *************************
                NKEY Seed printed below can be used to sign and prove identity.
                NKEYs are sensitive and should be treated as secrets.

                -----BEGIN USER NKEY SEED-----
                SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY
                ------END USER NKEY SEED------

                *************************************************************
                """, "x");

        assertThat(read.token()).contains("eyJ0eXAi.eyJqdGki.c2ln");
        assertThat(read).hasToString("UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4");
    }

    @Test
    void whatIsDamagedIsRefusedByTheNameOfItsFile() {
        String text = new Credentials(Optional.empty(), key).text();
        for (String damaged : new String[] {"", text.replace("SU", "SA"), text.substring(0, 50)}) {
            assertThatThrownBy(() -> Credentials.parse(damaged, "broker.creds"))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("broker.creds is damaged");
        }
    }

    @Test
    void noSecretIsInItsText() {
        assertThat(new Credentials(Optional.of("a.b.c"), key).toString())
                .isEqualTo(Nkey.USER.text(key.key()))
                .doesNotContain(Nkey.USER.seed(key));
    }
}
