package dev.banyan.bridge;

import ch.qos.logback.classic.pattern.ThrowableHandlingConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import dev.banyan.bridge.change.Spoken;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A failure as the log has it: classes and frames of it and its causes, and of their words what is {@link Spoken}. */
public final class LoggedCauses extends ThrowableHandlingConverter {

    private static final int CAUSES_MAX = 20;

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
        if (thrown instanceof ThrowableProxy own) {
            text.append(": ").append(Spoken.of(own.getThrowable()));
        }
        text.append(System.lineSeparator());
        var frames = thrown.getStackTraceElementProxyArray();
        var count = frames.length - thrown.getCommonFrames();
        Arrays.stream(frames)
                .limit(count)
                .forEach(frame -> text.append("    ").append(frame).append(System.lineSeparator()));
        for (var suppressed : thrown.getSuppressed()) {
            append(text, "Suppressed: ", suppressed, depth + 1);
        }
        append(text, "Caused by: ", thrown.getCause(), depth + 1);
    }
}
