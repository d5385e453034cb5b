package dev.banyan.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The generator, the probes and the report know nothing of what is measured, and Banyan is known by its command line only. */
@AnalyzeClasses(packages = "dev.banyan.bench", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.banyan.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule measuringDoesNotKnowThePeers = noClasses()
            .that()
            .resideInAnyPackage("..load..", "..measure..", "..report..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..peer..", "..server..", "org.springframework..", "io.vertx..", "reactor..");

    @ArchTest
    static final ArchRule ofOursOnlyProcessesAreKnown = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.banyan.gateway..", "dev.banyan.rules..", "dev.banyan.cli..");
}
