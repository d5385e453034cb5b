package dev.banyan.gateway;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.banyan.gateway.store.StoreClock;
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

    /**
     * The time of day may be set forwards and back while the gateway runs: it is asked where the gateway is wired and by the clock of
     * the store, which say what it is good for, and what serves requests measures by {@link System#nanoTime} alone.
     */
    @Test
    void durationsAreNotMeasuredByTheTimeOfDay() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Gateway.class.getName())
                .and()
                .doNotHaveFullyQualifiedName(StoreClock.class.getName())
                .should()
                .accessTargetWhere(describe("tell the time of day", access -> tellsTheTimeOfDay(access.getTarget())))
                .check(GATEWAY);
        noClasses()
                .that()
                .resideInAnyPackage(
                        "..edge..", "..backend..", "..connect..", "..lean..", "..chain..", "..tunnel..", "..http2..")
                .and()
                .haveSimpleNameNotStartingWith("SteadyBreaker")
                .and()
                .doNotHaveSimpleName("SinceNow")
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.time\\.(Clock|Instant|InstantSource|.*DateTime)|java\\.util\\.Date")
                .check(GATEWAY);
    }

    private static boolean tellsTheTimeOfDay(AccessTarget target) {
        String owner = target.getOwner().getName();
        String name = target.getName();
        return (owner.equals("java.lang.System") && name.equals("currentTimeMillis"))
                || (owner.startsWith("java.time.") && (name.equals("now") || name.startsWith("system")))
                || (owner.equals("java.util.Date") && name.equals("<init>"));
    }
}
