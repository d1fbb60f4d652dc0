// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.cli.api.AuditInfo;
import dev.steward.message.AuditHead;
import dev.steward.message.CommandId;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.Target;
import dev.steward.message.audit.AuditChain;
import dev.steward.message.audit.AuditEntry;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a node shows of its log, held against what others remember of it. */
class NodeVerificationTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final FleetId FLEET = new FleetId("00112233445566778899aabbccddeeff");
    private static final NodeName SHIP = new NodeName("ship1");
    private static final CommandId ASKED = CommandId.create(NOW, new Random(1));
    private static final CommandId EARLIER = CommandId.create(NOW, new Random(2));

    private final Ed25519 identity = Ed25519.generate();
    private final Target node = new Target(SHIP, identity.key().id());

    @Test
    void aLogThatOthersRememberAlikeHolds() throws Exception {
        List<AuditMark> marks = marks("a", 5);
        AuditChain chain = verify(log(AuditMark.NONE, "a", 5, identity, ASKED), marks.get(2), marks.get(4));

        assertThat(chain.number()).isEqualTo(5);
        assertThat(chain.key()).contains(identity.key());
    }

    @Test
    void whatIsLeftOfALongOneHoldsFromWhereItBegins() throws Exception {
        List<AuditMark> marks = marks("a", 5);
        NodeLog whole = log(AuditMark.NONE, "a", 5, identity, ASKED);
        var rest = new NodeLog(marks.get(1), "ship1", 5, whole.entries().subList(2, 5));

        assertThat(verify(rest, marks.get(0), marks.get(1), Optional.empty()).number())
                .isEqualTo(5);
        assertThatThrownBy(() -> verify(rest, marks.get(0), marks.get(1)))
                .hasMessageContaining(
                        "the entries up to 2 are missing: a node keeps the newest 20000, and it has shown 3");
        assertThat(NodeLog.read(String.join("\n", rest.lines()).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(rest);
        assertThatThrownBy(() -> verify(rest, marks("b", 2).get(1), marks.get(1)))
                .hasMessageContaining("entry 2, or one before it, is another one than was verified here");
    }

    /** By whoever has root on the unit, and its identity. */
    @Test
    void oneThatWasWrittenAnewIsNamedByTheEntryThatOthersRememberOtherwise() throws Exception {
        NodeLog anew = log(AuditMark.NONE, "b", 5, identity, ASKED);

        assertThatThrownBy(() -> verify(anew, marks("a", 3).getLast(), AuditMark.NONE))
                .hasMessageContaining("entry 3, or one before it, is another one than was verified here");
        assertThatThrownBy(() -> verify(anew, AuditMark.NONE, marks("a", 4).getLast()))
                .hasMessageContaining(
                        "entry 4, or one before it, is another one than the node has told the station of");
    }

    @Test
    void oneThatWasCutIsShorterThanOthersRemember() throws Exception {
        NodeLog cut = log(AuditMark.NONE, "a", 2, identity, ASKED);

        assertThatThrownBy(() -> verify(cut, marks("a", 3).getLast(), AuditMark.NONE))
                .hasMessageContaining("it ends with entry 2, and 3 were verified here");
        assertThatThrownBy(() -> verify(cut, AuditMark.NONE, marks("a", 4).getLast()))
                .hasMessageContaining("it ends with entry 2, and the node has told the station of 4");
    }

    /** By the station, which passes it on. */
    @Test
    void whatTheNodeHasNotSignedForThisVeryCommandIsNobodysWord() throws Exception {
        NodeLog good = log(AuditMark.NONE, "a", 5, identity, ASKED);
        var shortened = new NodeLog(AuditMark.NONE, "ship1", 4, good.entries().subList(0, 4));

        assertThatThrownBy(() -> verify(shortened, AuditMark.NONE, AuditMark.NONE))
                .hasMessageContaining("its end is not signed by the node");
        assertThatThrownBy(() ->
                        verify(log(AuditMark.NONE, "b", 5, Ed25519.generate(), ASKED), AuditMark.NONE, AuditMark.NONE))
                .hasMessageContaining("it is signed by the node ship1");
        assertThatThrownBy(() -> verify(log(AuditMark.NONE, "a", 5, identity, EARLIER), AuditMark.NONE, AuditMark.NONE))
                .hasMessageContaining("somebody shows an older one");
    }

    private AuditChain verify(NodeLog log, AuditMark seen, AuditMark told) throws Exception {
        return verify(log, seen, told, Optional.of(ASKED.toString()));
    }

    private AuditChain verify(NodeLog log, AuditMark seen, AuditMark told, Optional<String> command) throws Exception {
        Optional<SeenHead> before = Optional.of(seen)
                .filter(mark -> !mark.isNone())
                .map(mark -> new SeenHead(mark.number(), mark.hash(), mark.number(), Optional.empty(), NOW));
        Optional<AuditMark> station = Optional.of(told).filter(mark -> !mark.isNone());
        return new NodeVerification(node, FLEET, before, station).verify(log, command);
    }

    private static NodeLog log(AuditMark base, String text, int entries, Ed25519 key, CommandId command)
            throws Exception {
        var shown = new ArrayList<AuditInfo>();
        AuditMark mark = base;
        for (int i = 1; i <= entries; i++) {
            byte[] entry = entry(text, i);
            mark = mark.then(entry);
            Optional<String> head = Optional.empty();
            if (i == entries) {
                var says = new AuditHead(command, FLEET, key.key(), NOW, SHIP, mark.number(), mark.hash());
                head = Optional.of(new String(SignedDocument.sign(says, key).encode(), StandardCharsets.UTF_8));
            }
            shown.add(new AuditInfo(
                    i, new String(entry, StandardCharsets.UTF_8), mark.hash().hex(), head));
        }
        return new NodeLog(base, "ship1", mark.number(), shown);
    }

    private static List<AuditMark> marks(String text, int entries) {
        var marks = new ArrayList<AuditMark>();
        AuditMark mark = AuditMark.NONE;
        for (int i = 1; i <= entries; i++) {
            mark = mark.then(entry(text, i));
            marks.add(mark);
        }
        return marks;
    }

    private static byte[] entry(String text, int number) {
        return new AuditEntry(number, NOW, "command", AuditEntry.Who.ITSELF, Optional.empty(), text, Optional.empty())
                .encode();
    }
}
