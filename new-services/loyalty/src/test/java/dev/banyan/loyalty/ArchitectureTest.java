package dev.banyan.loyalty;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.banyan.loyalty", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule coreKnowsNeitherSpringNorKafka = noClasses()
            .that()
            .resideInAnyPackage("..ledger..", "..account..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..", "org.apache.kafka..", "io.cloudevents.kafka..", "io.micrometer..");

    @ArchTest
    static final ArchRule feedKnowsNoSpring = noClasses()
            .that()
            .resideInAPackage("..feed..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..");

    @ArchTest
    static final ArchRule servicesKnowNoOtherModule = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.banyan.catalog..", "dev.banyan.bridge..", "dev.banyan.gateway..", "com.fennimore..");

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("dev.banyan.loyalty.(*)..").should().beFreeOfCycles();
}
