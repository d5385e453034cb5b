package dev.banyan.bridge.lake;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Writes one object: with one call what is small, in parts what is large. The object is there when {@link #complete} returns; closed before
 * that it is not.
 */
final class PartedUpload extends OutputStream {

    /** The least that S3 takes: over a thin line more does not get there in the time of one call. */
    static final int PART_BYTES = 5 << 20;

    private final S3Client client;
    private final String bucket;
    private final String key;
    private final List<CompletedPart> parts = new ArrayList<>();
    private ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    private @Nullable String upload;
    private boolean isComplete;

    PartedUpload(S3Client client, String bucket, String key) {
        this.client = client;
        this.bucket = bucket;
        this.key = key;
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        var from = offset;
        while (from < offset + length) {
            if (!buffer.hasRemaining()) {
                makeRoom();
            }
            var fits = Math.min(buffer.remaining(), offset + length - from);
            buffer.put(bytes, from, fits);
            from += fits;
        }
    }

    private void makeRoom() throws IOException {
        if (buffer.capacity() < PART_BYTES) {
            buffer = ByteBuffer.allocate(Math.min(PART_BYTES, buffer.capacity() * 4))
                    .put(buffer.flip());
        } else {
            sendPart();
        }
    }

    private void sendPart() throws IOException {
        try {
            var id = upload;
            if (id == null) {
                id = client.createMultipartUpload(
                                request -> request.bucket(bucket).key(key))
                        .uploadId();
                upload = id;
            }
            var uploadId = id;
            var number = parts.size() + 1;
            var sent = client.uploadPart(
                    request ->
                            request.bucket(bucket).key(key).uploadId(uploadId).partNumber(number),
                    RequestBody.fromRemainingByteBuffer(buffer.flip()));
            parts.add(
                    CompletedPart.builder().partNumber(number).eTag(sent.eTag()).build());
            buffer.clear();
        } catch (SdkException e) {
            throw new IOException(key + ": part " + (parts.size() + 1) + ": " + e.getMessage(), e);
        }
    }

    /** Puts the object in place. */
    void complete() throws IOException {
        if (parts.isEmpty()) {
            client.putObject(
                    request -> request.bucket(bucket).key(key), RequestBody.fromRemainingByteBuffer(buffer.flip()));
        } else {
            if (buffer.position() > 0) {
                sendPart();
            }
            client.completeMultipartUpload(request ->
                    request.bucket(bucket).key(key).uploadId(upload).multipartUpload(all -> all.parts(parts)));
        }
        isComplete = true;
    }

    @Override
    public void close() {
        if (upload != null && !isComplete) {
            try {
                client.abortMultipartUpload(
                        request -> request.bucket(bucket).key(key).uploadId(upload));
            } catch (SdkException e) {
                // Its parts stay until the bucket's own rule for incomplete uploads removes them.
            }
        }
    }
}
