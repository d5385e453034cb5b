package dev.banyan.connect;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.banyan.connect", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** The packages of the bridge are those that the jar takes of it; the bridge's own test holds what these may use. */
    @ArchTest
    static final ArchRule ofTheBridgeOnlyTheMapping = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.banyan.connect",
                    "dev.banyan.bridge.change",
                    "dev.banyan.bridge.mapping",
                    "dev.banyan.bridge.record",
                    "org.apache.kafka.common..",
                    "org.apache.kafka.connect..",
                    "org.slf4j",
                    "java..",
                    "org.jspecify..");
}
