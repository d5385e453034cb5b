package dev.banyan.bridge.lake;

import java.net.URI;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where a lake lies. */
public sealed interface LakePlace {

    String S3 = "s3://";

    /** A folder of this host. */
    record Folder(Path path) implements LakePlace {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * The objects of a bucket of S3 whose keys begin with {@code prefix}, which is empty or ends in a slash. Without {@code region} and
     * {@code endpoint} the SDK finds them where it always does, as it does credentials.
     */
    record Bucket(
            String name,
            String prefix,
            @Nullable String region,
            @Nullable URI endpoint) implements LakePlace {

        public Bucket {
            prefix = prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/";
        }

        @Override
        public String toString() {
            return S3 + name + "/" + prefix;
        }
    }

    /** The place that {@code text} names: {@code s3://BUCKET/PREFIX}, or else a folder. */
    static LakePlace of(String text) {
        return text.startsWith(S3) ? bucket(text, null, null) : new Folder(Path.of(text));
    }

    /** The bucket and prefix that {@code text}, {@code s3://BUCKET/PREFIX}, names. */
    static Bucket bucket(String text, @Nullable String region, @Nullable URI endpoint) {
        var path = text.startsWith(S3) ? text.substring(S3.length()) : "";
        var slash = path.indexOf('/');
        var name = slash < 0 ? path : path.substring(0, slash);
        if (!name.matches("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")) {
            throw new IllegalArgumentException("'" + text + "' (expected: s3://BUCKET/PREFIX)");
        }
        return new Bucket(name, slash < 0 ? "" : path.substring(slash + 1), region, endpoint);
    }

    /** What is put before the path of a file in the lake to name it anywhere. */
    default String uri() {
        return switch (this) {
            case Folder(var path) -> path.toUri().toString();
            case Bucket _ -> toString();
        };
    }
}
