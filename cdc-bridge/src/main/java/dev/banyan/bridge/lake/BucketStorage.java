package dev.banyan.bridge.lake;

import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A lake in a bucket of S3, or of a server that speaks its protocol. */
final class BucketStorage implements LakeStorage {

    /*
     * An object cannot be appended to, so a log is a row of objects, one a unit: open/SEGMENT/NUMBER.gz. S3 has no lock, either: a unit's
     * object is put only if its number is not taken. Who finds it taken by other bytes is not the only writer; he gives up, reads the lake
     * anew, and finds in it how far it is. A put whose answer was lost finds its own bytes, and is done. The end of a log takes a number,
     * too: a successor then begins the next log, and who was paused may wake and seal the one that ended; both write the same files.
     */
    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration CALL = Duration.ofSeconds(10);
    private static final Duration WITH_REPEATS = Duration.ofSeconds(20);
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int PRECONDITION_FAILED = 412;

    private final LakePlace.Bucket at;
    private final S3Client client;

    BucketStorage(LakePlace.Bucket at) {
        this.at = at;
        try {
            client = client(at);
        } catch (SdkException e) {
            throw new LakeFailed(at + ": " + e.getMessage());
        }
    }

    private static S3Client client(LakePlace.Bucket at) {
        var builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(CALL))
                .overrideConfiguration(each -> each.apiCallAttemptTimeout(CALL).apiCallTimeout(WITH_REPEATS))
                // Servers other than Amazon's often know only those that the protocol always had.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
        if (at.region() != null) {
            builder.region(Region.of(at.region()));
        }
        if (at.endpoint() != null) {
            builder.endpointOverride(at.endpoint());
        }
        return builder.forcePathStyle(at.endpoint() != null || hasOwnEndpoint()).build();
    }

    /** Servers other than Amazon's seldom have a host name for each bucket. */
    private static boolean hasOwnEndpoint() {
        return System.getenv("AWS_ENDPOINT_URL_S3") != null
                || System.getenv("AWS_ENDPOINT_URL") != null
                || System.getProperty("aws.endpointUrlS3") != null
                || System.getProperty("aws.endpointUrl") != null;
    }

    @Override
    public String where() {
        return at.toString();
    }

    @Override
    public Closeable lock() {
        return () -> {};
    }

    @Override
    public String hindrance() throws IOException {
        asked(
                "manifests/",
                () -> client.listObjectsV2(request ->
                        request.bucket(at.name()).prefix(key("manifests/")).maxKeys(1)));
        return "";
    }

    private String key(String path) {
        return at.prefix() + path;
    }

    @Override
    public List<String> list(String folder) throws IOException {
        return asked(folder, () -> client
                .listObjectsV2Paginator(request ->
                        request.bucket(at.name()).prefix(key(folder + "/")).delimiter("/"))
                .contents()
                .stream()
                .flatMap(this::path)
                .toList());
    }

    @Override
    public Page page(String folder, String after) throws IOException {
        var answer = asked(
                folder,
                () -> client.listObjectsV2(request -> request.bucket(at.name())
                        .prefix(key(folder + "/"))
                        .delimiter("/")
                        .startAfter(key(after))));
        return new Page(
                answer.contents().stream().flatMap(this::path).toList(), !Boolean.TRUE.equals(answer.isTruncated()));
    }

    private Stream<String> path(S3Object object) {
        return object.key().endsWith("/")
                ? Stream.empty()
                : Stream.of(object.key().substring(at.prefix().length()));
    }

    @Override
    public InputStream read(String path) throws IOException {
        // Whole, because a connection that is read slowly, by a replay with a rate, is cut.
        return new ByteArrayInputStream(bytes(path));
    }

    private byte[] bytes(String path) throws IOException {
        return asked(path, () -> client.getObjectAsBytes(
                        request -> request.bucket(at.name()).key(key(path)))
                .asByteArrayUnsafe());
    }

    @Override
    public void replace(String path, Writing writing) throws IOException {
        asked(path, () -> {
            try (var upload = new PartedUpload(client, at.name(), key(path))) {
                writing.to(upload);
                upload.complete();
            }
            return path;
        });
    }

    /** A hub that takes nothing has its large data kept at each try: it is asked for first, and put once. */
    @Override
    public void keep(String path, long length, Writing writing) throws IOException {
        if (!isThere(path, length)) {
            replace(path, writing);
        }
    }

    private boolean isThere(String path, long length) throws IOException {
        try {
            var there = client.headObject(request -> request.bucket(at.name()).key(key(path)));
            return Long.valueOf(length).equals(there.contentLength()); // which a proxy that compresses leaves out
        } catch (S3Exception e) {
            return false; // or so a server says to who may not ask: the put tells
        } catch (SdkException e) {
            throw failed(path, e);
        }
    }

    @Override
    public void create(String path, byte[] bytes) throws IOException {
        try {
            client.putObject(
                    request -> request.bucket(at.name()).key(key(path)).ifNoneMatch("*"), RequestBody.fromBytes(bytes));
        } catch (S3Exception e) {
            if (e.statusCode() != PRECONDITION_FAILED && e.statusCode() != CONFLICT) {
                throw failed(path, e);
            }
            if (!Arrays.equals(bytes(path), bytes)) {
                throw new LakeFailed(at + path + ": somebody else has written it (expected: one bridge a lake)");
            }
        } catch (SdkException e) {
            throw failed(path, e);
        }
    }

    @Override
    public List<Integer> logs() throws IOException {
        return asked("open/", () -> client
                .listObjectsV2Paginator(request ->
                        request.bucket(at.name()).prefix(key("open/")).delimiter("/"))
                .commonPrefixes()
                .stream()
                .map(each -> each.prefix().substring(key("open/").length()).replace("/", ""))
                .filter(name -> name.matches("[0-9]{8}"))
                .map(Integer::valueOf)
                .sorted()
                .toList());
    }

    @Override
    public LakeLog openLog(int segment, List<LakeUnit> units) throws IOException {
        return ObjectLog.open(this, segment, units);
    }

    @Override
    public LakeLog beginLog(int segment) {
        return new ObjectLog(this, segment);
    }

    @Override
    public List<LakeUnit> readLog(int segment) throws IOException {
        var units = ObjectLog.read(this, segment);
        if (units.isEmpty()) {
            throw new NoSuchFileException(at + ObjectLog.folder(segment));
        }
        return units;
    }

    /** Its first unit alone and before all others: without that the log is gone. */
    @Override
    public void deleteLog(int segment) throws IOException {
        var paths = list(ObjectLog.folder(segment)).stream().sorted().toList();
        if (!paths.isEmpty()) {
            delete(paths.getFirst());
            SideBySide.of(paths.subList(1, paths.size()), this::delete);
        }
    }

    private String delete(String path) throws IOException {
        asked(
                path,
                () -> client.deleteObject(request -> request.bucket(at.name()).key(key(path))));
        return path;
    }

    private <T> T asked(String path, Callable<T> call) throws IOException {
        try {
            return call.call();
        } catch (SdkException e) {
            throw failed(path, e);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) { // Callable declares it
            throw new IllegalStateException(e);
        }
    }

    private IOException failed(String path, SdkException e) {
        if (e instanceof S3Exception answer && answer.awsErrorDetails() != null) {
            var why = answer.statusCode() + " " + answer.awsErrorDetails().errorCode() + ": "
                    + answer.awsErrorDetails().errorMessage();
            return answer.statusCode() == NOT_FOUND
                            && !"NoSuchBucket".equals(answer.awsErrorDetails().errorCode())
                    ? new NoSuchFileException(at + path)
                    : new IOException(at + path + ": " + why, e);
        }
        return new IOException(
                at + path + ": "
                        + String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given"),
                e);
    }

    @Override
    public void close() {
        client.close();
    }
}
