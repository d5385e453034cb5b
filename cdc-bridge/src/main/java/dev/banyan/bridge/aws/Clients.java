package dev.banyan.bridge.aws;

import dev.banyan.bridge.change.DomainEvent;
import java.time.Duration;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sqs.SqsClient;

/** Makes the target that settings name; the SDK's own retries are off, because only we know what may be sent again when. */
final class Clients {

    private static final Duration CONNECT = Duration.ofSeconds(3);
    private static final Duration CALL_MIN = Duration.ofSeconds(10);

    private Clients() {}

    static Target target(AwsHub.Settings settings) {
        return switch (settings.service()) {
            case SQS -> new SqsTarget(set(SqsClient.builder(), settings).build(), settings.source(), limits(settings));
            case SNS -> new SnsTarget(set(SnsClient.builder(), settings).build(), settings.source(), limits(settings));
            case KINESIS ->
                new KinesisTarget(set(KinesisClient.builder(), settings).build(), settings.source(), limits(settings));
            case EVENTBRIDGE ->
                new EventBridgeTarget(
                        set(EventBridgeClient.builder(), settings).build(), settings.source(), limits(settings));
        };
    }

    static Target.Limits limits(AwsHub.Settings settings) {
        var most =
                switch (settings.service()) {
                    case SQS -> SqsTarget.LIMITS;
                    case SNS -> SnsTarget.LIMITS;
                    case KINESIS -> KinesisTarget.LIMITS;
                    case EVENTBRIDGE -> EventBridgeTarget.LIMITS;
                };
        if (settings.eventKilobytesMax() == 0) {
            return most;
        }
        var bytes = (long) settings.eventKilobytesMax() << 10;
        return new Target.Limits(most.entriesMax(), Math.max(most.callBytesMax(), bytes), bytes);
    }

    static long bytes(AwsHub.Settings settings, DomainEvent event, String destination) {
        return switch (settings.service()) {
            case SQS, SNS ->
                Messages.entry(event, settings.source(), destination).bytes();
            case KINESIS ->
                KinesisTarget.entry(event, settings.source(), destination).bytes();
            case EVENTBRIDGE ->
                EventBridgeTarget.entry(event, settings.source(), destination).bytes();
        };
    }

    private static <C, B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>> B set(
            B builder, AwsHub.Settings settings) {
        // a call may take as long as its caller is patient
        var call = settings.patience().compareTo(CALL_MIN) > 0 ? settings.patience() : CALL_MIN;
        builder.httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT)
                        .socketTimeout(call))
                .overrideConfiguration(each -> each.apiCallTimeout(call).retryStrategy(AwsRetryStrategy.doNotRetry()));
        if (settings.region() != null) {
            builder.region(Region.of(settings.region()));
        }
        if (settings.endpoint() != null) {
            builder.endpointOverride(settings.endpoint());
        }
        return builder;
    }
}
