package dev.banyan.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses GATEWAY = new ClassFileImporter(
                    java.util.List.of(new ImportOption.DoNotIncludeTests()))
            .importPackages("dev.banyan.gateway");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.banyan.gateway.(*)..").should().beFreeOfCycles().check(GATEWAY);
    }

    @Test
    void featuresDoNotKnowTheWiring() {
        noClasses()
                .that()
                .resideInAPackage("dev.banyan.gateway.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.banyan.gateway")
                .check(GATEWAY);
    }

    @Test
    void whatKnowsHttpOrCountsKnowsNoSpring() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "..http..",
                        "..backend..",
                        "..live..",
                        "..record..",
                        "..edge..",
                        "..tunnel..",
                        "..call..",
                        "..lean..",
                        "..connect..",
                        "..http2..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.springframework..")
                .check(GATEWAY);
    }

    @Test
    void comparingKnowsNoTransport() {
        noClasses()
                .that()
                .resideInAPackage("..compare..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.springframework..", "io.netty..", "reactor..", "java.net.http..", "java.nio.file..")
                .check(GATEWAY);
    }
}
