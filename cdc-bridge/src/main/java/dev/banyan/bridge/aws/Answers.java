package dev.banyan.bridge.aws;

import dev.banyan.bridge.aws.Target.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an answer says of the entries of a call. One that it does not mention has not arrived, as far as anybody knows, and goes again. */
final class Answers {

    private static final String NOT_MENTIONED = "NotMentioned";

    private Answers() {}

    /** Of {@code entries}, whose ids are their places, those that are not among {@code taken}; ids that were not sent say nothing. */
    static List<Refusal> byId(int entries, Stream<String> taken, Stream<Refusal> refused) {
        var left = new TreeMap<Integer, Refusal>();
        for (var place = 0; place < entries; place++) {
            left.put(place, notMentioned(place));
        }
        taken.forEach(id -> left.remove(place(id)));
        refused.filter(refusal -> 0 <= refusal.place() && refusal.place() < entries)
                .forEach(refusal -> left.put(refusal.place(), refusal));
        return List.copyOf(left.values());
    }

    /** The place that an answer means by {@code id}; -1 for what is none. */
    static int place(@Nullable String id) {
        return id != null && id.matches("[0-9]{1,4}") ? Integer.parseInt(id) : -1;
    }

    /**
     * Of {@code entries} those of which {@code refusal} returns something; it is asked for each place. With more or fewer {@code results} than that
     * nobody knows which is whose.
     */
    static List<Refusal> byPlace(int entries, int results, IntFunction<@Nullable Refusal> refusal) {
        var refusals = new ArrayList<Refusal>();
        for (var place = 0; place < entries; place++) {
            var said = results == entries ? refusal.apply(place) : notMentioned(place);
            if (said != null) {
                refusals.add(said);
            }
        }
        return refusals;
    }

    /** What stands for an answer that says nothing of the entry at {@code place}. */
    static Refusal notMentioned(int place) {
        return new Refusal(place, NOT_MENTIONED, "the answer does not say that it was taken", false);
    }
}
