package dev.banyan.gateway.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.banyan.rules.RulesFolder;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * All objects {@code *.yaml} directly under a prefix of an S3 bucket, as one set. Region, credentials and another endpoint are found as by
 * every AWS tool: environment, profile, instance.
 */
final class S3Rules implements RemoteRules {

    /*
     * S3 has no transaction over several objects. A set is taken only if it was listed the same before and after its objects were
     * read, each by the ETag of the list: a state that was there as a whole. Somebody who writes several objects is seen in between if the
     * rules happen to be valid there, as with a folder; who wants to avoid that writes one object.
     *
     * A version names every object with its ETag and time, so that an older state is known as one, after a restart too: an object
     * that both have was younger. S3 itself never answers so; a bucket that is a copy of another one may.
     */
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration WHOLE = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 3;
    private static final int PRECONDITION_FAILED = 412;
    private static final int NOT_FOUND = 404;

    /** What the list says of an object; {@code modified} in epoch milliseconds. */
    private record Listed(String etag, long modified) {}

    private final RulesLocation.Bucket at;
    private @Nullable S3Client client;

    S3Rules(RulesLocation.Bucket at) {
        this.at = at;
    }

    @Override
    public Optional<Files> fetch(@Nullable String known, @Nullable String newest) throws IOException {
        try {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Map<String, Listed> before = list();
                String version = version(before);
                if (version.equals(known)) {
                    return Optional.empty();
                }
                refuseOlder(before, newest);
                Optional<Map<String, byte[]>> contents = read(before);
                if (contents.isPresent() && list().equals(before)) {
                    return Optional.of(new Files(version, contents.get()));
                }
            }
        } catch (S3Exception e) {
            throw new IOException(
                    "status " + e.statusCode() + ", " + e.awsErrorDetails().errorMessage(), e);
        } catch (SdkException e) {
            throw new IOException(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given"), e);
        }
        throw new IOException("its objects change while they are read");
    }

    private S3Client client() {
        S3Client opened = client;
        if (opened == null) {
            opened = S3Client.builder()
                    .httpClientBuilder(UrlConnectionHttpClient.builder()
                            .connectionTimeout(CONNECT)
                            .socketTimeout(WHOLE))
                    .overrideConfiguration(
                            each -> each.apiCallTimeout(WHOLE).retryStrategy(AwsRetryStrategy.doNotRetry()))
                    .forcePathStyle(hasOwnEndpoint())
                    .build();
            client = opened;
        }
        return opened;
    }

    /** Servers other than Amazon's seldom have a host name for each bucket. */
    private static boolean hasOwnEndpoint() {
        return System.getenv("AWS_ENDPOINT_URL_S3") != null
                || System.getenv("AWS_ENDPOINT_URL") != null
                || System.getProperty("aws.endpointUrlS3") != null
                || System.getProperty("aws.endpointUrl") != null;
    }

    private Map<String, Listed> list() throws IOException {
        var listed = new TreeMap<String, Listed>();
        long bytes = 0;
        for (S3Object each : client().listObjectsV2Paginator(
                        request -> request.bucket(at.name()).prefix(at.prefix()).delimiter("/"))
                .contents()) {
            String name = each.key().substring(at.prefix().length());
            if (name.endsWith(".yaml") && !name.startsWith(".")) {
                bytes += each.size();
                listed.put(name, new Listed(each.eTag(), each.lastModified().toEpochMilli()));
            }
            if (bytes > RulesFolder.BYTES_MAX || listed.size() > RulesFolder.FILES_MAX) {
                throw new IOException("too much (expected: at most " + RulesFolder.FILES_MAX + " objects *.yaml and "
                        + RulesFolder.BYTES_MAX + " bytes)");
            }
        }
        return listed;
    }

    /** The contents of what was listed; empty when an object is no longer what the list says. */
    private Optional<Map<String, byte[]>> read(Map<String, Listed> listed) {
        var contents = new LinkedHashMap<String, byte[]>();
        for (Map.Entry<String, Listed> each : listed.entrySet()) {
            try {
                var object = client().getObjectAsBytes(request -> request.bucket(at.name())
                        .key(at.prefix() + each.getKey())
                        .ifMatch(each.getValue().etag()));
                contents.put(each.getKey(), object.asByteArray());
            } catch (S3Exception e) {
                if (e.statusCode() == PRECONDITION_FAILED || e.statusCode() == NOT_FOUND) {
                    return Optional.empty();
                }
                throw e;
            }
        }
        return Optional.of(contents);
    }

    private static void refuseOlder(Map<String, Listed> now, @Nullable String newest) throws IOException {
        for (Map.Entry<String, Listed> served : parse(newest).entrySet()) {
            Listed here = now.get(served.getKey());
            if (here != null && here.modified < served.getValue().modified) {
                throw new IOException(served.getKey() + " is older there than what this gateway has served by"
                        + " (expected: the newest one; to go back write the old content anew)");
            }
        }
    }

    private static String version(Map<String, Listed> listed) {
        return listed.entrySet().stream()
                .map(each -> URLEncoder.encode(each.getKey(), UTF_8)
                        + ' '
                        + each.getValue().etag()
                        + ' '
                        + each.getValue().modified())
                .collect(Collectors.joining(";"));
    }

    private static Map<String, Listed> parse(@Nullable String version) {
        var listed = new TreeMap<String, Listed>();
        for (String each : version == null || version.isEmpty() ? new String[0] : version.split(";", -1)) {
            String[] words = each.split(" ", -1);
            listed.put(URLDecoder.decode(words[0], UTF_8), new Listed(words[1], Long.parseLong(words[2])));
        }
        return listed;
    }

    @Override
    public String where() {
        return at.where();
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
    }
}
