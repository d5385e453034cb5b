package dev.banyan.bridge;

import picocli.CommandLine.Command;

/** {@code banyan events}: what became of the bridge's events. */
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = "Events that could not be made, and what to do about them.",
        subcommands = {FaultsCommand.class})
final class EventsCommand {}
