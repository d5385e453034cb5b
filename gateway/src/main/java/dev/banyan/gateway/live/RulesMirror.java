package dev.banyan.gateway.live;

import dev.banyan.rules.Problem;
import dev.banyan.rules.RulesException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a folder of this machine equal to the rule files of a {@link RemoteRules source}, asking again and again. The folder is empty
 * until the source has answered once: what an earlier run left there is never served by, since it may be half a state.
 */
public final class RulesMirror implements AutoCloseable {

    private static final String DRAFT = ".draft";
    private static final Logger LOG = LoggerFactory.getLogger(RulesMirror.class);
    private static final Duration PAUSE_MAX = Duration.ofSeconds(5);

    private final RemoteRules remote;
    private final Path folder;
    private final Path newestFile;
    private final Duration poll;
    private @Nullable String known;
    private @Nullable Thread thread;

    /** @param folder gets the files; beside it, {@code NAME.version} says which version was in force last */
    public RulesMirror(RemoteRules remote, Path folder, Duration poll) {
        this.remote = remote;
        this.folder = folder;
        this.newestFile = folder.resolveSibling(folder.getFileName() + ".version");
        this.poll = poll;
        replaceAll(Map.of());
    }

    /** Asks once; throws when the source does not answer, or not with rule files, or these cannot be written here. */
    void fetchFirst() throws RulesException {
        try {
            fetch().ifPresent(files -> {
                replaceAll(files.contents());
                known = files.version();
            });
        } catch (IOException | RuntimeException e) {
            throw new RulesException(List.of(problem(e)));
        }
    }

    /** Remembers, over restarts too, that the version fetched last is in force. */
    void inForce() {
        String version = known;
        if (version == null) {
            return;
        }
        try {
            if (version.equals(newest())) {
                return;
            }
            Path draft = newestFile.resolveSibling(newestFile.getFileName() + ".tmp");
            Files.writeString(draft, remote.where() + "\n" + version + "\n");
            Files.move(draft, newestFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("cannot remember in {} which rules are in force: {}", newestFile, e.toString());
        }
    }

    /** The version of this source that was in force last; null when none was, or one of another source. */
    private @Nullable String newest() throws IOException {
        if (!Files.isRegularFile(newestFile)) {
            return null;
        }
        List<String> lines = Files.readAllLines(newestFile);
        return lines.size() == 2 && lines.getFirst().equals(remote.where()) ? lines.getLast() : null;
    }

    private Optional<RemoteRules.Files> fetch() throws IOException {
        return remote.fetch(known, newest());
    }

    /** Goes on asking, and puts what comes into force. */
    public void start(RulesInForce rules) {
        thread = Thread.ofVirtual().name("rules-mirror").start(() -> run(rules));
    }

    private void run(RulesInForce rules) {
        Duration pause = poll;
        boolean failing = known == null;
        while (!Thread.currentThread().isInterrupted()) {
            String before = known;
            try {
                Thread.sleep(pause);
                Optional<RemoteRules.Files> files = fetch();
                rules.sourceAnswered();
                if (files.isPresent()) {
                    rules.replace(() -> take(files.get()));
                    LOG.info("rules of {} fetched", remote.where());
                } else if (failing) {
                    rules.reload(); // what was said of the source is no longer so
                } else {
                    rules.keepAgain();
                }
                if (rules.lastRejected() == null) {
                    inForce();
                }
                failing = false;
                pause = poll;
            } catch (InterruptedException e) {
                return;
            } catch (IOException | RuntimeException | Error e) { // too little memory for these is enough for the next
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                failing = Objects.equals(
                        known, before); // else what was taken could not be read, and is not until there is other
                rules.sourceFailed(problem(e));
                pause = min(pause.multipliedBy(2), max(poll, PAUSE_MAX));
            }
        }
    }

    private void take(RemoteRules.Files files) {
        replaceAll(files.contents());
        known = files.version();
    }

    private Problem problem(Throwable e) {
        return new Problem(
                Path.of(""),
                0,
                0,
                "--rules",
                remote.where() + ": " + (e instanceof Error ? e : e.getMessage()),
                "a source of rules that answers; it is asked again and again");
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? b : a;
    }

    /** What is not whole must not be taken for a file of rules. */
    private Path draft(String name) {
        return folder.resolve(name + DRAFT);
    }

    private void replaceAll(Map<String, byte[]> contents) {
        try {
            Files.createDirectories(folder);
            for (Map.Entry<String, byte[]> each : contents.entrySet()) {
                Files.write(draft(each.getKey()), each.getValue());
            }
            try (var old = Files.newDirectoryStream(folder)) {
                for (Path each : old) {
                    String name = String.valueOf(each.getFileName());
                    if (!contents.containsKey(name) && !name.endsWith(DRAFT)) {
                        Files.delete(each);
                    }
                }
            }
            for (String name : contents.keySet()) {
                Files.move(draft(name), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + folder, e);
        }
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
        remote.close();
    }
}
