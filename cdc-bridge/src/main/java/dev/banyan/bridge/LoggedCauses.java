package dev.banyan.bridge;

import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A failure as the log has it: classes and frames of it and its causes. What others than we say of one may quote the value that it failed at, such as a
 * date that is none, of a column that nobody may read; so only what is said by us, and of sockets and files, is written.
 */
public final class LoggedCauses extends ThrowableHandlingConverter {

    private static final int CAUSES_MAX = 20;
    private static final List<String> SPEAKING = List.of("dev.banyan.", "java.net.", "java.nio.", "javax.net.");

    @Override
    public String convert(ILoggingEvent event) {
        var text = new StringBuilder();
        append(text, "", event.getThrowableProxy(), 0);
        return text.toString();
    }

    private static void append(StringBuilder text, String before, @Nullable IThrowableProxy thrown, int depth) {
        if (thrown == null || depth == CAUSES_MAX) {
            return;
        }
        text.append(before).append(thrown.getClassName());
        var speaks = SPEAKING.stream().anyMatch(thrown.getClassName()::startsWith);
        text.append(": ").append(speaks ? thrown.getMessage() : "(not shown)");
        text.append(System.lineSeparator());
        var frames = thrown.getStackTraceElementProxyArray();
        var own = frames.length - thrown.getCommonFrames();
        Arrays.stream(frames)
                .limit(own)
                .forEach(frame -> text.append("    ").append(frame).append(System.lineSeparator()));
        for (var suppressed : thrown.getSuppressed()) {
            append(text, "Suppressed: ", suppressed, depth + 1);
        }
        append(text, "Caused by: ", thrown.getCause(), depth + 1);
    }
}
