package dev.banyan.bridge.run;

import java.io.IOException;
import java.util.List;

/** The network of this process, when it is one of its own: a namespace made with {@code unshare -rn}. */
final class OwnNetwork {

    /** What a program is started with to have one. */
    static final List<String> COMMAND = List.of("unshare", "-rn");

    private OwnNetwork() {}

    /** Whether this machine lets us have one, with cuts in it. */
    static boolean isPossible() throws InterruptedException {
        try {
            return exit("unshare", "-rn", "sh", "-c", "ip link set lo up && nft add table inet try") == 0;
        } catch (IOException e) {
            return false; // one of the programs is not there
        }
    }

    /** Makes this network work, and cuts possible. */
    static void open() throws Exception {
        run("ip", "link", "set", "lo", "up");
        run("nft", "add table inet faults");
        run("nft", "add chain inet faults in { type filter hook input priority 0; }");
    }

    /** What {@code rule} says happens to packets from now on. */
    static void cut(String rule) throws Exception {
        run("nft", "add rule inet faults in " + rule);
    }

    static void restore() throws Exception {
        run("nft", "flush chain inet faults in");
    }

    private static void run(String... command) throws Exception {
        var exit = exit(command);
        if (exit != 0) {
            throw new IOException(String.join(" ", command) + ": exit " + exit);
        }
    }

    private static int exit(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
