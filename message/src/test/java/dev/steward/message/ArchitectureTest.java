// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;

/** The whole module decides and does no I/O: time, randomness and stores are handed in. */
@AnalyzeClasses(packages = "dev.steward.message", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule NO_IO = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.steward.message.json.Json") // the parser's IOException, in memory
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.nio.file..", "java.net..", "java.sql..");

    @ArchTest
    static final ArchRule NO_THREADS_NO_RANDOMNESS = noClasses()
            .that()
            .haveNameNotMatching(".*\\.Ed25519(\\$Given)?") // which gives the JDK a seed in place of randomness
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.lang\\.Thread.*|java\\.util\\.concurrent\\..*|java\\.util\\.Random|java\\.security\\.SecureRandom|java\\.util\\.Timer.*");

    @ArchTest
    static final ArchRule NO_CLOCKS = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class);
}
