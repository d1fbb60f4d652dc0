// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.steward.message.AuditHead;
import dev.steward.message.FleetId;
import dev.steward.message.NodeName;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.link.Now;
import dev.steward.message.signing.SignedDocument;
import dev.steward.station.core.LedgerWrite;
import dev.steward.store.CommitLoop;
import dev.steward.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditKeyTest {
    private static final FleetId FLEET = new FleetId("00112233445566778899aabbccddeeff");

    @TempDir
    Path folder;

    @Test
    void theKeyIsMadeOnceAndKeptForItsOwnerAlone() throws Exception {
        AuditHead first = head(key(Optional.of(FLEET), false));
        AuditHead second = head(key(Optional.of(FLEET), true));

        assertThat(second.key()).isEqualTo(first.key());
        assertThat(first.number()).isEqualTo(7);
        assertThat(Files.getPosixFilePermissions(folder.resolve("audit.key"))).hasSize(2);
    }

    @Test
    void whereTheLogWasSignedNoOtherKeyBegins() {
        assertThatThrownBy(() -> key(Optional.of(FLEET), true))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("audit.key is missing")
                .hasMessageContaining("restore it from a backup");
        assertThat(folder.resolve("audit.key")).doesNotExist();
    }

    @Test
    void aStationThatDoesNotKnowItsFleetSignsNothing() {
        Now now = CommitLoop.now();

        assertThat(key(Optional.empty(), false).sign(now, 7, AuditHash.NONE)).isEmpty();
    }

    /** On a full disk, say: it is told after the commit, where nothing may fail that others wait for. */
    @Test
    void aHeadThatCantBeRememberedEndsNothing() throws Exception {
        Files.createDirectories(folder.resolve("audit.head.new/in the way"));

        key(Optional.of(FLEET), false).signed(new LedgerWrite.PutAuditHead(7, AuditHash.NONE, new byte[0]));

        assertThat(folder.resolve("audit.head")).doesNotExist();
    }

    private AuditKey key(Optional<FleetId> fleet, boolean hasSigned) {
        return new AuditKey(folder, NodeName.CENTRAL, () -> fleet, new Random(1), hasSigned);
    }

    private static AuditHead head(AuditKey key) throws Exception {
        byte[] signed = key.sign(CommitLoop.now(), 7, AuditHash.NONE).orElseThrow();
        return (AuditHead) SignedDocument.decode(signed).read();
    }
}
