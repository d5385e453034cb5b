package dev.banyan.gateway.live;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rule files that are somewhere else than on this machine. Used by one thread at a time. */
public interface RemoteRules extends AutoCloseable {

    /**
     * A state of the files.
     *
     * @param version names the state; what it means is the source's own affair
     * @param contents by file name, such as {@code rules.yaml}
     */
    record Files(String version, Map<String, byte[]> contents) {
        public Files {
            contents = Map.copyOf(contents);
        }
    }

    /**
     * Asks for files other than those of {@code known}; blocks.
     *
     * @param known the version that this process has, or null
     * @param newest the newest version that this gateway ever served by, also before a restart, or null: a source that knows
     *     an order of its versions never answers with an older one
     * @return empty when there are no others
     * @throws IOException with a sentence for people, when the source cannot be asked or what it says cannot be used
     */
    Optional<Files> fetch(@Nullable String known, @Nullable String newest) throws IOException;

    /** Where the files are, for people; without secrets. */
    String where();

    @Override
    void close();
}
