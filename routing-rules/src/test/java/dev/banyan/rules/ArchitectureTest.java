package dev.banyan.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

final class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.banyan.rules");

    @Test
    void theLibraryKnowsNoTransportAndNothingElseOfOurs() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.banyan.rules..",
                        "java..",
                        "com.google.re2j",
                        "com.dynatrace.hash4j..",
                        "com.networknt.schema..",
                        "tools.jackson..",
                        "org.snakeyaml.engine..",
                        // The statistics of gates.
                        "org.HdrHistogram",
                        "org.apache.commons.numbers..",
                        "org.apache.commons.statistics..",
                        "org.jspecify.annotations")
                .check(CLASSES);
    }

    @Test
    void onlyTheFolderReadsFiles() {
        noClasses()
                .that()
                .doNotHaveSimpleName("RulesFolder")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.nio.file.Files")
                .check(CLASSES);
    }

    @Test
    void decidingDependsOnNoParser() {
        noClasses()
                .that()
                .haveNameMatching(
                        ".*\\.(RoutingTable|HostIndex|PathIndex|PathNode|PathReadings|RequestPath|RoutePlan).*")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.networknt..", "tools.jackson..", "org.snakeyaml..")
                .check(CLASSES);
    }

    @Test
    void thePublicTypesAreThese() {
        assertThat(CLASSES.stream()
                        .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC) && each.isTopLevelClass())
                        .map(JavaClass::getSimpleName))
                .containsExactlyInAnyOrder(
                        "Analysis",
                        "Backend",
                        "Compare",
                        "Gate",
                        "JsonPath",
                        "Mirror",
                        "Severity",
                        "Standpoint",
                        "Step",
                        "ChosenBy",
                        "FilterArgumentKind",
                        "FilterCall",
                        "FilterCatalog",
                        "Explain",
                        "Explanation",
                        "ExplanationMap",
                        "Reachability",
                        "RuleTest",
                        "RuleTests",
                        "RuleWords",
                        "SampleRequest",
                        "SourcePlace",
                        "Finding",
                        "Lint",
                        "LintCode",
                        "Network",
                        "PathReplacement",
                        "Redirect",
                        "Retired",
                        "Rewrite",
                        "Schedule",
                        "Cohort",
                        "Decision",
                        "ByteText",
                        "HeaderLookup",
                        "ImportForm",
                        "ImportOptions",
                        "Imported",
                        "KnownFiles",
                        "Match",
                        "NewCookie",
                        "NotCarriedOver",
                        "PathModel",
                        "Problem",
                        "ProblemKind",
                        "RequestFacts",
                        "Route",
                        "RoutingTable",
                        "RuleSet",
                        "RulesException",
                        "RulesFolder",
                        "RulesPlan",
                        "RulesPlanMap",
                        "FindingsMap",
                        "TrafficPlan",
                        "RulesFormat",
                        "IgnoreRules",
                        "WholeCharacters",
                        "RulesImport",
                        "Evidence",
                        "Forecast",
                        "Judge",
                        "Judgement",
                        "Latencies",
                        "LatencyRecorder",
                        "LimitResult",
                        "Mismatches",
                        "Observation",
                        "SideCounts",
                        "StepForecast",
                        "TripWatch",
                        "Verdict",
                        "Window",
                        "Side",
                        "Stage");
    }
}
