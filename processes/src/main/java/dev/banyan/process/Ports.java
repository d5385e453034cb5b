package dev.banyan.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that are free now, for programs that start in a moment. */
public final class Ports {

    /*
     * Below the ports that the system gives to connections and to whoever asks for any: until the program starts, and while it is killed,
     * nobody is given its port by chance.
     */
    private static final int COUNT = 10_000;
    private static final int LOWEST = 1_024;
    private static final int USUAL_END = 30_000;
    private static final Path GIVEN_AWAY = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    private Ports() {}

    /** Returns {@code count} different ones of the loopback interface. */
    public static List<Integer> free(int count) {
        var end = end();
        Set<Integer> tried = new HashSet<>();
        var free = new ArrayList<Integer>();
        while (free.size() < count) {
            if (tried.size() == COUNT) {
                throw new IllegalStateException(
                        "free ports below %d: %d (expected: %d)".formatted(end, free.size(), count));
            }
            var port = ThreadLocalRandom.current().nextInt(end - COUNT, end);
            if (tried.add(port) && isFree(port)) {
                free.add(port);
            }
        }
        return List.copyOf(free);
    }

    /** The end of those that are not given away; where the system gives away almost all there are, one port is as good as another. */
    private static int end() {
        try (var lines = Files.lines(GIVEN_AWAY)) { // the kernel tells all of it to who reads more than a byte at once
            int first = Integer.parseInt(lines.findFirst().orElse("").split("\\s+", 2)[0]);
            return first < LOWEST + COUNT ? USUAL_END : Math.min(USUAL_END, first);
        } catch (IOException | NumberFormatException e) {
            return USUAL_END; // not Linux, where they begin at 49152
        }
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false; // somebody has it
        }
    }
}
