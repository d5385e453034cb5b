package dev.banyan.cli.rules;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** What became of {@code banyan rules} with some arguments. */
record Ran(int exitCode, String out, String err) {

    static Ran rules(Object... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        var words = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            words[i] = args[i].toString();
        }
        int exitCode = new CommandLine(new RulesCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((e, failing, parsed) -> {
                    failing.getErr().println("banyan: " + e.getMessage());
                    failing.getErr().flush();
                    return 1;
                })
                .execute(words);
        return new Ran(exitCode, out.toString(), err.toString());
    }
}
