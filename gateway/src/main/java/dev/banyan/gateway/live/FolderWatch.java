package dev.banyan.gateway.live;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls back after the files of a folder have changed and then stayed as they are for a moment, so that a save in several
 * steps is read once, whole. It looks once a second as well, since some editors and network mounts send no events, and calls back
 * each time that nothing has changed.
 */
public final class FolderWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration SETTLE = Duration.ofMillis(100);

    private final Path folder;
    private final Runnable changed;
    private final Runnable unchanged;
    private final WatchService events;
    private final Thread thread;
    private String known;

    /** The rule files of a folder as they were at one time. */
    public record Seen(Path folder, String fingerprint) {}

    private FolderWatch(Seen seen, Runnable changed, Runnable unchanged) throws IOException {
        this.folder = seen.folder();
        this.changed = changed;
        this.unchanged = unchanged;
        this.events = FileSystems.getDefault().newWatchService();
        this.known = seen.fingerprint();
        this.thread = Thread.ofVirtual().name("rules-watch").unstarted(this::run);
    }

    /** Looks at a folder now: before it is read, so that what changes from here on is seen. */
    public static Seen look(Path folder) {
        return new Seen(folder, fingerprint(folder));
    }

    /** Starts to watch a folder, and calls back soon if it is another already than what was seen. */
    public static FolderWatch start(Seen seen, Runnable changed, Runnable unchanged) {
        try {
            var watch = new FolderWatch(seen, changed, unchanged);
            watch.register();
            watch.thread.start();
            return watch;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot watch " + seen.folder(), e);
        }
    }

    /** A folder that cannot be read sends no events, and is looked at all the same. */
    private void register() {
        if (Files.isDirectory(folder)) {
            try {
                folder.register(
                        events,
                        StandardWatchEventKinds.ENTRY_CREATE,
                        StandardWatchEventKinds.ENTRY_MODIFY,
                        StandardWatchEventKinds.ENTRY_DELETE);
            } catch (IOException e) {
                LOG.warn("{} is looked at once a second, and sends no events: {}", folder, e.toString());
            }
        }
    }

    private void run() {
        try {
            while (true) {
                awaitHint();
                look();
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            LOG.debug("no longer watching {}", folder);
        }
    }

    private void look() throws InterruptedException {
        String now = fingerprint(folder);
        try {
            if (now.equals(known)) {
                unchanged.run();
            } else {
                known = settled(now);
                changed.run();
            }
        } catch (RuntimeException | Error e) { // too little memory for these rules is enough for those of the next save
            LOG.error("what changed in {} could not be taken", folder, e);
        }
    }

    private void awaitHint() throws InterruptedException {
        var key = events.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
        if (key != null) {
            key.pollEvents();
            key.reset();
        }
    }

    private String settled(String first) throws InterruptedException {
        String before = first;
        while (true) {
            TimeUnit.MILLISECONDS.sleep(SETTLE.toMillis());
            String now = fingerprint(folder);
            if (now.equals(before)) {
                return now;
            }
            before = now;
        }
    }

    /** Names, sizes, times and identities of the rule files; equal when nothing was saved in between. */
    private static String fingerprint(Path folder) {
        var text = new StringBuilder();
        try (var files = Files.newDirectoryStream(folder, "*.{yaml,yml}")) {
            for (Path file : files) {
                var attributes = Files.readAttributes(file, java.nio.file.attribute.BasicFileAttributes.class);
                text.append(file.getFileName())
                        .append('|')
                        .append(attributes.size())
                        .append('|')
                        .append(attributes.lastModifiedTime())
                        .append('|')
                        .append(attributes.fileKey())
                        .append('\n');
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return text + "unreadable";
        }
        return text.toString();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            events.close();
        } catch (IOException e) {
            LOG.debug("closing the watch of {}", folder, e);
        }
    }
}
