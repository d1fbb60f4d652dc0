// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessRecordTest {
    @TempDir
    private Path folder;

    @Test
    void theStartTimeIsFoundBehindAnyName() {
        assertThat(ProcessRecord.startTime("42 (a) b (c) S 1 42 42 0 -1 4194304 994 0 0 0 1 0 0 0 20 0 8 0 777 12 13"))
                .isEqualTo(777);
    }

    @Test
    void aRecordFindsItsProcessAgain() throws Exception {
        Path file = folder.resolve("p.json");
        long self = ProcessHandle.current().pid();
        ProcessRecord.of(self).orElseThrow().write(file);

        assertThat(ProcessRecord.read(file).flatMap(ProcessRecord::alive))
                .hasValueSatisfying(found -> assertThat(found.pid()).isEqualTo(self));
    }

    @Test
    void anotherProcessWithTheSamePidIsNotMeant() {
        ProcessRecord self = ProcessRecord.of(ProcessHandle.current().pid()).orElseThrow();

        assertThat(new ProcessRecord(self.pid(), self.startTime() + 1, self.bootId()).alive())
                .isEmpty();
        assertThat(new ProcessRecord(self.pid(), self.startTime(), "another boot").alive())
                .isEmpty();
    }

    @Test
    void aDamagedRecordMeansNothing() throws Exception {
        Path file = Files.writeString(folder.resolve("p.json"), "{\"pid\":1}");

        assertThat(ProcessRecord.read(file)).isEmpty();
        assertThat(ProcessRecord.read(folder.resolve("none"))).isEmpty();
    }
}
