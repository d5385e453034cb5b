package dev.banyan.bridge.aws;

import dev.banyan.bridge.change.DomainEvent;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.sns.SnsClient;
import software.amazon.awssdk.services.sns.model.MessageAttributeValue;
import software.amazon.awssdk.services.sns.model.PublishBatchRequestEntry;
import software.amazon.awssdk.services.sns.model.PublishBatchResultEntry;

/** Topics of SNS. In a FIFO topic the group is the subject and the deduplication id the event's. */
record SnsTarget(SnsClient client, String source, Limits limits) implements Target {

    static final Limits LIMITS = new Limits(10, 256 << 10, 256 << 10);

    @Override
    public Entry entry(DomainEvent event, String destination) {
        return Messages.entry(event, source, destination);
    }

    @Override
    public List<Refusal> send(String topic, List<Entry> entries) {
        var messages = IntStream.range(0, entries.size())
                .mapToObj(place -> message(place, entries.get(place), Messages.isFifo(topic)))
                .toList();
        var answer = client.publishBatch(request -> request.topicArn(topic).publishBatchRequestEntries(messages));
        return Answers.byId(
                entries.size(),
                answer.successful().stream().map(PublishBatchResultEntry::id),
                answer.failed().stream()
                        .map(failed ->
                                Messages.refusal(failed.id(), failed.code(), failed.message(), failed.senderFault())));
    }

    private static PublishBatchRequestEntry message(int place, Entry entry, boolean isFifo) {
        var event = entry.event();
        Map<String, MessageAttributeValue> attributes = Messages.attributes(event).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> MessageAttributeValue.builder()
                        .dataType("String")
                        .stringValue(each.getValue())
                        .build()));
        var message = PublishBatchRequestEntry.builder()
                .id(String.valueOf(place))
                .message(entry.body())
                .messageAttributes(attributes);
        if (isFifo) {
            message.messageGroupId(Messages.group(event.subject())).messageDeduplicationId(entry.deduplication());
        }
        return message.build();
    }

    @Override
    public String check(String topic) {
        client.getTopicAttributes(request -> request.topicArn(topic));
        return "";
    }

    @Override
    public void close() {
        client.close();
    }
}
