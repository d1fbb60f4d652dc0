// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.json.Json;
import dev.steward.message.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The list of what is shipped names what the programs really have on their class paths. */
class SbomTest {
    private static final int BYTES = 10_000_000;

    @ParameterizedTest
    @CsvSource({"agent,jnats", "station,sqlite-jdbc", "cli,picocli"})
    void theListNamesTheJarsOfTheClassPathAndNothingElse(String module, String one) throws Exception {
        Path target = Machine.root().resolve(module).resolve("target");
        JsonObject list = Json.object(Files.readAllBytes(target.resolve("sbom.json")), BYTES);
        var listed = new ArrayList<String>();
        for (JsonObject each : list.objects("components", 1_000)) {
            assertThat(each.text("purl")).startsWith("pkg:maven/");
            assertThat(each.objects("hashes", 20)).isNotEmpty();
            listed.add("%s-%s.jar".formatted(each.text("name"), each.text("version")));
        }
        List<String> there;
        try (Stream<Path> files = Files.list(target.resolve("lib"))) {
            there = files.map(file -> file.getFileName().toString()).toList();
        }

        assertThat(list.text("bomFormat")).isEqualTo("CycloneDX");
        assertThat(list.object("metadata").object("component").text("name")).isEqualTo("steward-" + module);
        assertThat(listed).containsExactlyInAnyOrderElementsOf(there);
        assertThat(listed).anyMatch(name -> name.startsWith(one + "-")).noneMatch(name -> name.contains("junit"));
    }
}
