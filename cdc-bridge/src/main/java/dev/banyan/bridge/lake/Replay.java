package dev.banyan.bridge.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongConsumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Sends events of the lake again, in the order they were sent, and remembers how far it got. */
public final class Replay {

    /*
     * Progress is written after the target has acknowledged a batch, and names the last event of it. Killed in between, the next run
     * sends that batch again: a consumer knows the ids. Segments and numbers do not change when a segment is sealed.
     *
     * Nobody can tell one that was killed from one that runs somewhere. So whoever goes on writes his name into the progress, and who finds another's
     * there ends: at most one batch of his is sent beside the other's.
     */
    public static final int BATCH = 500;

    private static final int NAME_CHARACTERS = 8;

    private static final JsonMapper JSON = JsonMapper.shared();

    /** Where events go; {@code flush} returns when all that were sent are safe there. */
    public interface Target {
        void send(LakeRecord event) throws IOException;

        void flush() throws IOException;
    }

    /**
     * How far a replay is: {@code sent} events, the last of them {@code number} of {@code segment}. {@code what} is what was asked for;
     * {@code run} tells this replay from others to the same place, and is empty for one that began before there were such names. {@code sender} is
     * who sends it at last.
     */
    public record Progress(String run, String what, long sent, int segment, long number, boolean done, String sender) {

        public Progress {
            run = Objects.requireNonNullElse(run, "");
            sender = Objects.requireNonNullElse(sender, "");
        }

        /** Nothing is sent yet. */
        public static Progress start(String what) {
            return new Progress(someName(), what, 0, 0, -1, false, "");
        }

        /** True for an event of the segment it is in that it has sent, or has come by. */
        public boolean covers(LakeRecord record) {
            return record.segment() == segment && record.number() <= number;
        }

        private Progress after(LakeRecord record) {
            return new Progress(run, what, sent + 1, record.segment(), record.number(), false, sender);
        }

        private Progress by(String sender) {
            return new Progress(run, what, sent, segment, number, false, sender);
        }

        private Progress ended() {
            return new Progress(run, what, sent, segment, number, true, sender);
        }
    }

    private static String someName() {
        return UUID.randomUUID().toString().substring(0, NAME_CHARACTERS);
    }

    private final LakeReader lake;
    private final LakeFilter filter;
    private final String sender = someName();
    private final String name;
    private final String path;
    private final int batch;
    private final LongConsumer pace;

    /**
     * The progress is kept in the lake under {@code name}. {@code pace} is told how many events this run has sent, and returns when the next may go;
     * {@code batch} of them, {@link #BATCH} at most, go to a target that collects at once.
     */
    public Replay(LakeReader lake, LakeFilter filter, String name, int batch, LongConsumer pace) {
        this.lake = lake;
        this.filter = filter;
        this.name = name;
        this.path = path(name);
        this.batch = Math.min(BATCH, batch);
        this.pace = pace;
    }

    /** What an earlier run called {@code name} left in {@code lake}; empty when there was none. */
    public static Optional<Progress> progress(LakeReader lake, String name) throws IOException {
        try (var in = lake.storage().read(path(name))) {
            return Optional.of(JSON.readValue(in, Progress.class));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JacksonException e) {
            throw new LakeFailed(path(name) + ": damaged (expected: --restart): " + e.getOriginalMessage());
        }
    }

    private static String path(String name) {
        return "replays/" + URLEncoder.encode(name, StandardCharsets.UTF_8) + ".json";
    }

    /** Goes on behind {@code from}; returns when everything the lake has now is sent. */
    public Progress goOn(Progress from, Target target) throws IOException {
        var run = new Run(from.by(sender), target);
        save(run.from);
        try {
            lake.read(filter, from.segment, run);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        run.flush();
        checkAlone();
        var done = run.now.ended();
        save(done);
        return done;
    }

    /** Fails when another one has begun to send to the same place. */
    private void checkAlone() throws IOException {
        var last = progress(lake, name);
        if (last.isPresent() && !last.get().sender.equals(sender)) {
            throw new IOException("another replay to " + name
                    + " has begun since (expected: one at a time): this one ends, and that one sends the rest");
        }
    }

    private void save(Progress progress) throws IOException {
        lake.storage().replace(path, out -> out.write(JSON.writeValueAsBytes(progress)));
    }

    private final class Run implements LakeReader.Visitor {

        private final Progress from;
        private final Target target;
        private Progress now;
        private int unflushed;

        Run(Progress from, Target target) {
            this.from = from;
            this.target = target;
            this.now = from;
        }

        @Override
        public boolean visit(LakeRecord record) {
            if (from.covers(record)) {
                return true;
            }
            try {
                target.send(record);
                now = now.after(record);
                unflushed++;
                if (unflushed == batch) {
                    flush();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            pace.accept(now.sent - from.sent);
            return true;
        }

        void flush() throws IOException {
            if (unflushed > 0) {
                target.flush();
                checkAlone();
                save(now);
                unflushed = 0;
            }
        }
    }
}
