package dev.banyan.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks {@code ./banyan} what it can do, so that a case it cannot do yet is left out with the reason. */
record Launcher(Path program) {

    private record Said(int exitCode, String text) {}

    /** Returns why rules in {@code folder} cannot be used, if so. */
    Optional<String> refusal(Path folder) throws IOException, InterruptedException {
        var said = run("rules", "validate", folder.toString());
        return said.exitCode == 0
                ? Optional.empty()
                : Optional.of("the rules are refused: "
                        + said.text
                                .lines()
                                .findFirst()
                                .orElse("no reason given")
                                .replace(folder + "/", ""));
    }

    private Said run(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), text);
    }
}
