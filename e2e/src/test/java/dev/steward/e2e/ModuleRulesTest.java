// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which part may know which, and what an edge unit must not carry. */
class ModuleRulesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.steward");

    @Test
    void eachModuleKnowsOnlyWhatItMay() {
        mayNotKnow("message", "bus", "store", "agent", "station", "cli");
        mayNotKnow("bus", "store", "agent", "station", "cli");
        mayNotKnow("store", "bus", "agent", "station", "cli");
        mayNotKnow("agent", "station", "cli");
        mayNotKnow("station", "agent", "cli");
        mayNotKnow("cli", "bus", "store", "agent", "station");
    }

    @Test
    void onlyTheBusSpeaksNats() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.steward.bus..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.nats..")
                .check(CLASSES);
    }

    @Test
    void coresDoNoIoAndHaveNoThreadsClocksOrRandomness() {
        noClasses()
                .that()
                .resideInAPackage("dev.steward..core..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io..", "java.nio.file..", "java.net..", "java.sql..", "java.util.concurrent..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.lang\\.Thread.*|java\\.util\\.Random|java\\.security\\..*|java\\.time\\.Clock")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(UUID.class, "randomUUID")
                .orShould()
                .callMethod(Math.class, "random")
                .check(CLASSES);
    }

    @Test
    void anAgentCarriesNoWebServerNoCommandLineLibraryAndNoBouncyCastle() throws IOException {
        try (Stream<Path> files = Files.list(Machine.root().resolve("agent/target/lib"))) {
            List<String> names =
                    files.map(file -> file.getFileName().toString()).toList();

            assertThat(names).isNotEmpty();
            assertThat(names)
                    .noneMatch(name -> name.matches("(?i).*(javalin|jetty|servlet|picocli|bcprov|kotlin|databind).*"));
        }
    }

    private static void mayNotKnow(String module, String... others) {
        for (String other : others) {
            noClasses()
                    .that()
                    .resideInAPackage("dev.steward." + module + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("dev.steward." + other + "..")
                    .check(CLASSES);
        }
    }
}
