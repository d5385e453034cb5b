package dev.banyan.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom: commands know features, features do not know each other in circles, and nobody here knows Spring. */
@AnalyzeClasses(packages = "dev.banyan.cli", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.banyan.cli.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ofOursOnlyTheRulesAreKnown = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.banyan.gateway..",
                    "dev.banyan.bridge..",
                    "dev.banyan.catalog..",
                    "dev.banyan.loyalty..",
                    "dev.banyan.servers..",
                    "com.fennimore..",
                    "org.springframework..");

    @ArchTest
    static final ArchRule observersDoNotKnowTheDemo = noClasses()
            .that()
            .resideInAnyPackage("..load..", "..observe..", "..report..", "..toolkit..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..demo..");
}
