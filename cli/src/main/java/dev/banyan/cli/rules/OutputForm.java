package dev.banyan.cli.rules;

/** What a command prints; lower case, because that is what people type. */
enum OutputForm {
    text,
    json,
    sarif
}
