package dev.banyan.gateway.shift;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file with where routes stood when the store was last heard, and what was asked since. It lets a gateway that starts while
 * the store is down leave every route where it was, or lower.
 */
public final class LocalCopy {

    /*
     * A copy that could not be replaced, since the disk is full, is renamed, which needs no room. A start still takes from it what keeps routes down,
     * and nothing that puts one up: what was rolled back since is not in it.
     */
    private static final Logger LOG = LoggerFactory.getLogger(LocalCopy.class);

    /** What is kept. */
    public record Kept(Map<String, Head> heads, List<Command> commands) {
        public Kept {
            heads = Map.copyOf(heads);
            commands = List.copyOf(commands);
        }

        static final Kept NOTHING = new Kept(Map.of(), List.of());
    }

    private final Path folder;
    private final Path file;
    private final Path outdated;
    private volatile boolean failing;
    private final JsonMapper json = new JsonMapper();

    /** A copy in a run folder. */
    public LocalCopy(Path runFolder) {
        this.folder = runFolder.toAbsolutePath();
        this.file = runFolder.resolve("shifts.json");
        this.outdated = runFolder.resolve("shifts.json.outdated");
    }

    /** What was kept last; nothing when there is no copy, or none that can be read. */
    Kept load() {
        return Files.exists(file) ? read(file) : cautious(read(outdated));
    }

    private Kept read(Path copy) {
        if (!Files.exists(copy)) {
            return Kept.NOTHING;
        }
        try {
            return json.readValue(Files.readAllBytes(copy), Kept.class);
        } catch (IOException | JacksonException e) {
            LOG.warn("{} cannot be read, routes with steps begin at the baseline until the store answers", copy, e);
            return Kept.NOTHING;
        }
    }

    private static Kept cautious(Kept old) {
        var heads = new HashMap<>(old.heads());
        heads.values().removeIf(each -> !(each.state() instanceof ShiftState.Capped));
        return new Kept(heads, old.commands());
    }

    /**
     * Replaces the copy by what there is to keep when it is this caller's turn; a failure is logged once, sets aside what is no longer so, and changes
     * nothing else.
     */
    synchronized void keep(Supplier<Kept> now) {
        try {
            Files.createDirectories(folder);
            Path next = file.resolveSibling(file.getFileName() + ".new");
            write(next, json.writeValueAsBytes(now.get()));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            forceFolder();
            Files.deleteIfExists(outdated);
            failing = false;
        } catch (IOException e) {
            if (!failing) {
                LOG.warn(
                        "{} cannot be written: a restart while the store is down forgets what is asked now, and begins routes with steps at the"
                                + " baseline",
                        file,
                        e);
            }
            failing = true;
            setAside();
        }
    }

    /** Forces the bytes to the disk: a file that has its name and not yet its bytes, as a power cut leaves it, is no copy. No channel: who is interrupted, as at a stop, keeps it all the same. */
    private static void write(Path file, byte[] bytes) throws IOException {
        try (var out = new FileOutputStream(file.toFile())) {
            out.write(bytes);
            out.getFD().sync();
        }
    }

    /** As well as can be: the copy is there, and only after a power cut it might be the one before. */
    private void forceFolder() {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            LOG.debug("{} is not forced to the disk", folder, e);
        }
    }

    private void setAside() {
        try {
            if (Files.exists(file)) {
                Files.move(file, outdated, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            LOG.warn("{} is outdated and stays", file, e);
        }
    }

    /** Whether what there was to keep last could not be written. */
    boolean isFailing() {
        return failing;
    }
}
