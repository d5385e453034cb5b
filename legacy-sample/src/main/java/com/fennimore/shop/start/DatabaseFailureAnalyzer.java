package com.fennimore.shop.start;

import java.sql.SQLException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Says in two lines that the database cannot be reached, instead of a page of stack trace. */
public class DatabaseFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> {

    private final Environment environment;

    public DatabaseFailureAnalyzer(Environment environment) {
        this.environment = environment;
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
        String state = cause.getSQLState() == null ? "" : cause.getSQLState();
        if (!state.startsWith("08") && !state.startsWith("28") && !state.startsWith("3D") && !state.startsWith("57P")) {
            return null;
        }
        String url = environment.getProperty("spring.datasource.url", "(no spring.datasource.url)");
        String user = environment.getProperty("spring.datasource.username", "(none)");
        return new FailureAnalysis(
                "The database cannot be used: " + url + " as user " + user + "\n" + cause.getMessage(),
                "Start PostgreSQL, create the database, or say where it is with --spring.datasource.url, "
                        + "--spring.datasource.username and --spring.datasource.password.",
                rootFailure);
    }
}
