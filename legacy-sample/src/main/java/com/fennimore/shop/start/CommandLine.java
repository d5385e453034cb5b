package com.fennimore.shop.start;

import java.util.ArrayList;
import java.util.List;

/** The command line, checked before anything starts; a message means: print it and stop with the exit code. */
public final class CommandLine {

    private static final String USAGE = """
            usage: java -jar legacy-sample.jar [--server.port=N] [--spring.datasource.url=jdbc:postgresql://HOST:PORT/DB]
                   [--spring.datasource.username=U] [--spring.datasource.password=P]
                   [--size small|medium|large] [--seed N] [--nightly.enabled=true|false] [--any.spring.property=value]

            An empty database is migrated and filled: small 200 products, 500 orders; medium 10,000 and 50,000;
            large 100,000 and 500,000. The same seed gives the same data. A filled database is left as it is.""";

    private final List<String> args;
    private final String message;
    private final int exitCode;

    private CommandLine(List<String> args, String message, int exitCode) {
        this.args = args;
        this.message = message;
        this.exitCode = exitCode;
    }

    public static CommandLine parse(String... given) {
        List<String> args = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (int i = 0; i < given.length; i++) {
            String arg = given[i];
            if (arg.equals("--help") || arg.equals("-h")) {
                return new CommandLine(List.of(), USAGE, 0);
            }
            if ((arg.equals("--size") || arg.equals("--seed")) && i + 1 < given.length) {
                arg = arg + "=" + given[++i];
            }
            if (!arg.startsWith("--")) {
                problems.add(arg + ": not an option (expected: --name=value)");
                continue;
            }
            String problem = problemWith(arg);
            if (problem != null) {
                problems.add(problem);
            }
            args.add(arg);
        }
        if (problems.isEmpty()) {
            return new CommandLine(args, null, 0);
        }
        return new CommandLine(List.of(), String.join("\n", problems) + "\n\n" + USAGE, 2);
    }

    private static String problemWith(String arg) {
        int equals = arg.indexOf('=');
        String name = equals < 0 ? arg : arg.substring(0, equals);
        String value = equals < 0 ? "" : arg.substring(equals + 1);
        return switch (name) {
            case "--size" -> value.matches("small|medium|large") ? null : wrong(name, value, "small, medium or large");
            case "--seed" -> value.matches("-?\\d{1,18}") ? null : wrong(name, value, "a whole number");
            case "--server.port" ->
                value.matches("\\d{1,5}") && Integer.parseInt(value) <= 65535 ? null : wrong(name, value, "0..65535");
            case "--nightly.enabled" -> value.matches("true|false") ? null : wrong(name, value, "true or false");
            default -> null;
        };
    }

    private static String wrong(String name, String value, String expected) {
        return name + ": '" + value + "' (expected: " + expected + ")";
    }

    public String[] args() {
        return args.toArray(String[]::new);
    }

    public String message() {
        return message;
    }

    public int exitCode() {
        return exitCode;
    }
}
