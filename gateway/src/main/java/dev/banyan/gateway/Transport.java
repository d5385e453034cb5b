package dev.banyan.gateway;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How event loops and the kernel tell each other of connections; the best first. */
public enum Transport {
    /** Linux, where the kernel has it and nothing forbids it: many reads and writes in one system call. */
    IO_URING,
    /** Linux. */
    EPOLL,
    /** What the JDK has, everywhere. */
    NIO;

    /** Returns the best that this machine has. */
    public static Transport best() {
        return List.of(values()).stream()
                .filter(each -> each.missing() == null)
                .findFirst()
                .orElse(NIO);
    }

    /**
     * Returns what a word means: {@code auto} the best, or the name of one.
     *
     * @throws IllegalArgumentException for another word, or the name of one that this machine does not have
     */
    public static Transport of(String word) {
        if (word.equals("auto")) {
            return best();
        }
        for (Transport each : values()) {
            if (each.word().equals(word)) {
                Throwable missing = each.missing();
                if (missing != null) {
                    throw new IllegalArgumentException(word + ", which this machine does not have: " + root(missing)
                            + " (expected: auto, which is " + best().word() + " here)");
                }
                return each;
            }
        }
        throw new IllegalArgumentException(word + " (expected: auto, io_uring, epoll or nio)");
    }

    private static @Nullable String root(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return cause == null ? thrown.getMessage() : root(cause);
    }

    /** Its name on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    private @Nullable Throwable missing() {
        return switch (this) {
            case IO_URING -> IoUring.unavailabilityCause();
            case EPOLL -> Epoll.unavailabilityCause();
            case NIO -> null;
        };
    }

    IoHandlerFactory handlers() {
        return switch (this) {
            case IO_URING -> Gathering.of(IoUringIoHandler.newFactory());
            case EPOLL -> EpollIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
        };
    }
}
