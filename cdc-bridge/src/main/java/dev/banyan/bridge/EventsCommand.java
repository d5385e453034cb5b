package dev.banyan.bridge;

import picocli.CommandLine.Command;

/** {@code banyan events}: what became of the bridge's events. */
@Command(
        name = "events",
        mixinStandardHelpOptions = true,
        description = "Events that were sent, from the event lake, and events that could not be made.",
        subcommands = {
            LakeCommands.Ls.class,
            LakeCommands.Count.class,
            LakeCommands.Show.class,
            LakeCommands.Verify.class,
            ReplayCommand.class,
            FaultsCommand.class
        })
final class EventsCommand {}
