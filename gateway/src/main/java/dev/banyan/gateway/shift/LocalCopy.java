package dev.banyan.gateway.shift;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A file with where routes stood when the store was last heard, and what was asked since. It lets a gateway that starts while
 * the store is down leave every route where it was, or lower.
 */
public final class LocalCopy {

    private static final Logger LOG = LoggerFactory.getLogger(LocalCopy.class);

    /** What is kept. */
    public record Kept(Map<String, Head> heads, List<Command> commands) {
        public Kept {
            heads = Map.copyOf(heads);
            commands = List.copyOf(commands);
        }

        static final Kept NOTHING = new Kept(Map.of(), List.of());
    }

    private final Path file;
    private final JsonMapper json = new JsonMapper();

    /** A copy in a run folder. */
    public LocalCopy(Path runFolder) {
        this.file = runFolder.resolve("shifts.json");
    }

    /** What was kept last; nothing when there is no copy, or none that can be read. */
    Kept load() {
        if (!Files.exists(file)) {
            return Kept.NOTHING;
        }
        try {
            return json.readValue(Files.readAllBytes(file), Kept.class);
        } catch (IOException | JacksonException e) {
            LOG.warn("{} cannot be read, routes with steps begin at the baseline until the store answers", file, e);
            return Kept.NOTHING;
        }
    }

    /** Replaces the copy; a failure is logged and changes nothing else. */
    synchronized void keep(Kept kept) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path next = file.resolveSibling(file.getFileName() + ".new");
            Files.write(next, json.writeValueAsBytes(kept));
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.warn("{} cannot be written: a restart while the store is down begins at the baseline", file, e);
        }
    }
}
