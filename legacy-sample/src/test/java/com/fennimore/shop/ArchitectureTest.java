package com.fennimore.shop;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private static final JavaClasses SHOP =
            new ClassFileImporter(List.of(new ImportOption.DoNotIncludeTests())).importPackages("com.fennimore.shop");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("com.fennimore.shop.(*)..").should().beFreeOfCycles().check(SHOP);
    }

    @Test
    void nobodyCallsThePages() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..shop.web..", "..shop.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..shop.web..", "..shop.api..")
                .check(SHOP);
    }

    @Test
    void onlyDaosAndTheSeedTalkSql() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..shop.dao..", "..shop.seed..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework.jdbc.core..", "org.postgresql..")
                .check(SHOP);
    }

    @Test
    void theModelKnowsOnlyJava() {
        classes()
                .that()
                .resideInAPackage("..shop.model..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("..shop.model..", "java..", "org.jspecify..")
                .check(SHOP);
    }

    @Test
    void theShopKnowsNothingOfWhoMigratesIt() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.banyan..")
                .check(SHOP);
    }
}
