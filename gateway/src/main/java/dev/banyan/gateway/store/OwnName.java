package dev.banyan.gateway.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** How this process signs what others read: the number of its process at the name of its machine. */
public final class OwnName {

    /*
     * The JDK's own word for it (the name of its RuntimeMXBean) starts the beans of JMX and asks a name server for the machine, which may take
     * seconds: too long for a start, and for an event loop whose trip-wire signs.
     */
    private static final String NAME =
            ProcessHandle.current().pid() + "@" + machine(System.getenv(), Path.of("/proc/sys/kernel/hostname"));

    private OwnName() {}

    /** Returns it, such as {@code 4711@shop-1}. */
    public static String get() {
        return NAME;
    }

    /** Returns what the system or the environment calls this machine, without asking anybody else. */
    static String machine(Map<String, String> environment, Path file) {
        try {
            String said = Files.readString(file).strip();
            if (!said.isEmpty()) {
                return said;
            }
        } catch (IOException e) {
            // Not Linux: the environment may know it.
        }
        String said = environment.getOrDefault("HOSTNAME", "").strip();
        return said.isEmpty() ? "localhost" : said;
    }
}
