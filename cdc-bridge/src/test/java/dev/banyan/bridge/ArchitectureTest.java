package dev.banyan.bridge;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.banyan.bridge", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.banyan.bridge.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule changesDependOnNothing = classes()
            .that()
            .resideInAPackage("dev.banyan.bridge.change")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.banyan.bridge.change", "java..", "javax.crypto..", "org.jspecify..");

    @ArchTest
    static final ArchRule debeziumStaysBehindTheEngine = noClasses()
            .that()
            .resideOutsideOfPackages("dev.banyan.bridge.engine", "dev.banyan.bridge.record", "dev.banyan.bridge.run")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.debezium..", "org.apache.kafka.connect..");

    @ArchTest
    static final ArchRule kafkaStaysBehindTheHub = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "dev.banyan.bridge.hub",
                    "dev.banyan.bridge.engine",
                    "dev.banyan.bridge.record",
                    "dev.banyan.bridge.run")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.kafka..");

    /* What connect-transform takes of the bridge, and packs into its jar. */

    @ArchTest
    static final ArchRule theMappingNeedsNoBridge = classes()
            .that()
            .resideInAnyPackage("dev.banyan.bridge.mapping", "dev.banyan.bridge.yaml")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.banyan.bridge.mapping",
                    "dev.banyan.bridge.yaml",
                    "dev.banyan.bridge.change",
                    "java..",
                    "javax.crypto..",
                    "org.jspecify..",
                    "org.snakeyaml..",
                    "tools.jackson.core..");

    @ArchTest
    static final ArchRule recordsNeedNoEngine = classes()
            .that()
            .resideInAPackage("dev.banyan.bridge.record")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.banyan.bridge.record",
                    "dev.banyan.bridge.change",
                    "org.apache.kafka.connect.data",
                    "java..",
                    "org.jspecify..");
}
