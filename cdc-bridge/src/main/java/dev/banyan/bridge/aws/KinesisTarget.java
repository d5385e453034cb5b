package dev.banyan.bridge.aws;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.CloudEventJson;
import java.util.List;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/** Streams of Kinesis. The partition key is the subject; what is refused for good fails the whole call there. */
record KinesisTarget(KinesisClient client, String source, Limits limits) implements Target {

    /** A record may be larger only where the stream was told so; a call of five megabytes suits every stream. */
    static final Limits LIMITS = new Limits(500, 5 << 20, 1 << 20);

    private static final int PARTITION_KEY_CHARACTERS_MAX = 256;

    @Override
    public Entry entry(DomainEvent event, String destination) {
        return entry(event, source, destination);
    }

    static Entry entry(DomainEvent event, String source, String destination) {
        var body = CloudEventJson.of(event, source);
        return new Entry(event, destination, body, Messages.utf8(body) + Messages.utf8(partitionKey(event)));
    }

    private static String partitionKey(DomainEvent event) {
        var subject = event.subject();
        return subject.length() <= PARTITION_KEY_CHARACTERS_MAX ? subject : Messages.hash(subject);
    }

    @Override
    public List<Refusal> send(String stream, List<Entry> entries) {
        var records = entries.stream()
                .map(entry -> PutRecordsRequestEntry.builder()
                        .partitionKey(partitionKey(entry.event()))
                        .data(SdkBytes.fromUtf8String(entry.body()))
                        .build())
                .toList();
        var results = client.putRecords(request -> {
                    if (stream.startsWith("arn:")) {
                        request.streamARN(stream);
                    } else {
                        request.streamName(stream);
                    }
                    request.records(records);
                })
                .records();
        return Answers.byPlace(entries.size(), results.size(), place -> {
            var result = results.get(place);
            if (result.errorCode() != null) {
                return new Refusal(place, result.errorCode(), String.valueOf(result.errorMessage()), false);
            }
            return result.sequenceNumber() == null ? Answers.notMentioned(place) : null;
        });
    }

    @Override
    public String check(String stream) {
        var status = client.describeStreamSummary(request -> {
                    if (stream.startsWith("arn:")) {
                        request.streamARN(stream);
                    } else {
                        request.streamName(stream);
                    }
                })
                .streamDescriptionSummary()
                .streamStatusAsString();
        return "ACTIVE".equals(status) || "UPDATING".equals(status)
                ? ""
                : "its status is " + status + " (expected: ACTIVE)";
    }

    @Override
    public void close() {
        client.close();
    }
}
