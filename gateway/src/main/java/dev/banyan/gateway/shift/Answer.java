package dev.banyan.gateway.shift;

import java.util.UUID;

/**
 * What became of a command.
 *
 * @param words one sentence for people
 */
public record Answer(UUID command, Outcome outcome, String words) {

    /** What became of it, in a word. */
    public enum Outcome {
        /** The route moved. */
        DONE,
        /** It was so already. */
        SAME,
        /** It cannot be; the words say what would. */
        REFUSED,
        /** The leader has not answered yet: it acts in this gateway where it makes things safer, and is journalled later. */
        LATER
    }
}
