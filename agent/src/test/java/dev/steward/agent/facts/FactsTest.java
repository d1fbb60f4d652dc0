// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.facts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Limits;
import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FactsTest {
    @Test
    void tellsWhatTheMachineIs() throws Exception {
        JsonObject facts = Facts.collect(Map.of("role", "edge"), "1.2");

        assertThat(facts.text("kernel"))
                .isEqualTo(
                        Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        assertThat(facts.text("hostname"))
                .isEqualTo(
                        Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
        assertThat(facts.text("os")).isNotEmpty().doesNotContain("\"");
        assertThat(facts.integer("cpus", 1, 10_000)).isPositive();
        assertThat(facts.integer("memoryBytes", 1, Long.MAX_VALUE)).isGreaterThan(16 * 1024 * 1024);
        assertThat(facts.objects("disks", 20)).anySatisfy(disk -> {
            assertThat(disk.text("mount")).isEqualTo("/");
            assertThat(disk.integer("totalBytes", 1, Long.MAX_VALUE)).isPositive();
        });
        assertThat(facts.texts("addresses", 20)).isSorted().noneMatch(address -> address.startsWith("127."));
        assertThat(facts.text("version")).isEqualTo("1.2");
        assertThat(facts.object("labels").text("role")).isEqualTo("edge");
    }

    @Test
    void areTheSameInEveryOrderOfLabelsAndSurviveTheWire() throws Exception {
        var labels = new LinkedHashMap<String, String>(Map.of("a", "1"));
        labels.put("b", "2");
        var turned = new LinkedHashMap<String, String>(Map.of("b", "2"));
        turned.put("a", "1");
        JsonObject facts = Facts.collect(labels, "1");
        byte[] wire = Json.bytes(Map.of("facts", facts));

        assertThat(Facts.digest(Facts.collect(turned, "1")))
                .isEqualTo(Facts.digest(facts))
                .matches("[0-9a-f]{16}");
        assertThat(Facts.digest(Json.object(wire, Limits.FACTS_BYTES).object("facts")))
                .isEqualTo(Facts.digest(facts));
        assertThat(Facts.digest(Facts.collect(labels, "2"))).isNotEqualTo(Facts.digest(facts));
    }

    @Test
    void countADiskOnceAndNoNetworkOrLoopMount() {
        List<JsonObject> disks = Disks.list(List.of(
                "/dev/sda1 /proc ext4 rw 0 0", // has no size
                "/dev/sda2 / ext4 rw 0 0",
                "/dev/sda2 /tmp ext4 rw 0 0",
                "/dev/loop0 /usr ext4 rw 0 0",
                "server:/x /usr nfs rw 0 0",
                "broken"));

        assertThat(disks).extracting(disk -> disk.text("mount")).containsExactly("/");
    }

    @Test
    void findAMountPointWithABlankInItsName() {
        assertThat(Disks.unescape("/mnt/a\\040b\\134c")).isEqualTo("/mnt/a b\\c");
    }
}
