package dev.banyan.bridge.run;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.FileAppender;
import dev.banyan.bridge.ConfiguredRun;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.OptionalInt;
import java.util.TimeZone;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bridge as its command runs it, in a thread of this JVM, which is warm; what this JVM logs meanwhile goes to a file of the folder, too. */
final class BridgeThread implements RunningBridge {

    static {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC")); // as the command does
    }

    private final BridgeRun run;
    private final StatusServer pages;
    private final Path log;
    private final FileAppender<ILoggingEvent> appender;
    private final Thread thread;
    private final HttpClient client = HttpClient.newHttpClient();

    BridgeThread(Path folder, Path config) throws Exception {
        this(folder, ConfiguredRun.of(config, 0));
    }

    BridgeThread(Path folder, ConfiguredRun configured) throws Exception {
        log = Files.createTempFile(folder, "bridge", ".log");
        appender = appender(log);
        var settings = configured.settings();
        run = new BridgeRun(settings, InstantSource.system());
        pages = StatusServer.start(configured.statusPort(), settings.name(), run);
        ControlFile.beside(settings.store().jdbcUrl()).ifPresent(file -> run.onOpen(() -> pages.control(file)));
        thread = Thread.ofPlatform().name("bridge-" + settings.name()).start(this::run);
    }

    private static FileAppender<ILoggingEvent> appender(Path file) {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        var encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{24} %msg%n");
        encoder.start();
        var appender = new FileAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setName(file.toString());
        appender.setFile(file.toString());
        appender.setEncoder(encoder);
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        return appender;
    }

    private void run() {
        try {
            run.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public OptionalInt port() {
        return OptionalInt.of(pages.port());
    }

    @Override
    public boolean isAlive() {
        return thread.isAlive();
    }

    @Override
    public String log() throws IOException {
        return run.progress().state() + " " + run.progress().reason() + "\n" + Files.readString(log);
    }

    @Override
    public HttpClient client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
        run.stop();
        try {
            thread.join(Duration.ofSeconds(90));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pages.close();
        ((LoggerContext) LoggerFactory.getILoggerFactory())
                .getLogger(Logger.ROOT_LOGGER_NAME)
                .detachAppender(appender);
        appender.stop();
        if (thread.isAlive()) {
            throw new AssertionError("the bridge does not stop");
        }
    }
}
