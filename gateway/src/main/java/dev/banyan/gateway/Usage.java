package dev.banyan.gateway;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What is wrong with a command line. */
final class Usage {

    private Usage() {}

    /** Returns what ends the command with exit code 2 and this message. */
    static ParameterException wrong(CommandSpec command, String message) {
        return new ParameterException(command.commandLine(), message);
    }

    static int requirePort(CommandSpec command, String option, int value) {
        if (value < 0 || value > 65_535) {
            throw wrong(command, option + ": " + value + " (expected: 0..65535)");
        }
        return value;
    }

    static void requireFile(CommandSpec command, String option, @Nullable Path file) {
        if (file != null && !Files.isReadable(file)) {
            throw wrong(command, option + ": " + file + " (expected: a readable file)");
        }
    }
}
