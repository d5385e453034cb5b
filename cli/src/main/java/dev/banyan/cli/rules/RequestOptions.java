package dev.banyan.cli.rules;

import dev.banyan.rules.SampleRequest;
import java.net.InetAddress;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** The request that a command is asked about, as people know it from curl. */
final class RequestOptions {

    @Parameters(index = "0", paramLabel = "METHOD", description = "Such as GET.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private String method;

    @Parameters(index = "1", paramLabel = "URL", description = "Such as https://shop/orders/42?x=1, or a path alone.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
    private String url;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "LINE",
            description = "A header, as 'Name: value'; may be repeated.")
    private List<String> headers = List.of();

    @Option(
            names = "--from",
            paramLabel = "ADDRESS",
            converter = Address.class,
            description = "The caller's address; without it no override is believed.")
    private @Nullable InetAddress from;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            converter = Moment.class,
            description = "When it comes, such as 2026-12-01T08:00:00Z; now when not said.")
    private @Nullable Instant at;

    /** Returns the request; an {@link IllegalArgumentException} says what is wrong with it. */
    SampleRequest request() {
        return new SampleRequest(
                method, url, headers, from, at == null ? InstantSource.system().instant() : at);
    }

    private static final class Address implements ITypeConverter<InetAddress> {
        @Override
        public InetAddress convert(String text) {
            try {
                return InetAddress.ofLiteral(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("\"" + text + "\" (expected: an address such as 10.0.0.9)");
            }
        }
    }

    private static final class Moment implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeException e) {
                throw new TypeConversionException("\"" + text + "\" (expected: such as 2026-12-01T08:00:00Z)");
            }
        }
    }
}
