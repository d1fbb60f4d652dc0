// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.AuditHead;
import dev.steward.message.CommandId;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a log must be like to be believed. That changed bytes are found is shown with a real ledger, in the station. */
class AuditChainTest {
    private static final Instant START = Instant.parse("2026-01-31T12:00:00Z");
    private static final FleetId FLEET = new FleetId("00112233445566778899aabbccddeeff");
    private static final FleetId OTHER = new FleetId("ffffffffffffffffffffffffffffffff");

    private final Ed25519 key = Ed25519.generate();
    private final AuditChain chain = new AuditChain(Signatures.ED25519, Optional.empty());
    private AuditHash hash = AuditHash.NONE;
    private long number;

    @Test
    void anEndThatIsLongWithoutASignatureIsNobodysWord() throws Exception {
        follow(START, Optional.of(FLEET));
        follow(START.plus(Duration.ofMinutes(1)), Optional.empty());
        follow(START.plus(Duration.ofMinutes(91)), Optional.empty());
        chain.checkSigned();
        follow(START.plus(Duration.ofMinutes(92)), Optional.empty());

        assertThatThrownBy(chain::checkSigned)
                .hasMessageContaining("no entry behind 1 is signed, 3 of them since 2026-01-31T12:01:00Z");
        follow(START.plus(Duration.ofMinutes(93)), Optional.of(FLEET));
        chain.checkSigned();
        assertThat(chain.signedNumber()).isEqualTo(5);
    }

    @Test
    void manyWithoutASignatureAreNobodysWordEither() throws Exception {
        for (int i = 0; i < 1_500; i++) {
            follow(START, Optional.empty());
        }
        chain.checkSigned();
        follow(START, Optional.empty());

        assertThatThrownBy(chain::checkSigned).hasMessageContaining("no entry behind 0 is signed");
    }

    @Test
    void headsOfAnotherFleetAreNotTaken() throws Exception {
        follow(START, Optional.of(FLEET));

        assertThatThrownBy(() -> follow(START, Optional.of(OTHER)))
                .hasMessageContaining("the signed head of entry 2 is of the station central in the fleet ffff");
    }

    private void follow(Instant at, Optional<FleetId> signed) throws Exception {
        byte[] entry = new AuditEntry(
                        ++number, at, "order", AuditEntry.Who.ITSELF, Optional.empty(), "x", Optional.empty())
                .encode();
        hash = hash.then(entry);
        Optional<SignedDocument> head = Optional.empty();
        if (signed.isPresent()) {
            var says = new AuditHead(
                    CommandId.create(at, new Random(number)),
                    signed.get(),
                    key.key(),
                    at,
                    NodeName.CENTRAL,
                    number,
                    hash);
            head = Optional.of(SignedDocument.sign(says, key));
        }
        chain.follow(new AuditChain.Link(entry, hash.hex(), head));
    }
}
