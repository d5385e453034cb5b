package dev.banyan.bridge.aws;

import dev.banyan.bridge.change.DomainEvent;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResultEntry;

/** Queues of SQS. In a FIFO queue the group is the subject and the deduplication id the event's. */
record SqsTarget(SqsClient client, String source, Limits limits) implements Target {

    static final Limits LIMITS = new Limits(10, 1 << 20, 1 << 20);

    @Override
    public Entry entry(DomainEvent event, String destination) {
        return Messages.entry(event, source, destination);
    }

    @Override
    public List<Refusal> send(String queue, List<Entry> entries) {
        var messages = IntStream.range(0, entries.size())
                .mapToObj(place -> message(place, entries.get(place), Messages.isFifo(queue)))
                .toList();
        var answer = client.sendMessageBatch(request -> request.queueUrl(queue).entries(messages));
        return Answers.byId(
                entries.size(),
                answer.successful().stream().map(SendMessageBatchResultEntry::id),
                answer.failed().stream()
                        .map(failed ->
                                Messages.refusal(failed.id(), failed.code(), failed.message(), failed.senderFault())));
    }

    private static SendMessageBatchRequestEntry message(int place, Entry entry, boolean isFifo) {
        var event = entry.event();
        Map<String, MessageAttributeValue> attributes = Messages.attributes(event).entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> MessageAttributeValue.builder()
                        .dataType("String")
                        .stringValue(each.getValue())
                        .build()));
        var message = SendMessageBatchRequestEntry.builder()
                .id(String.valueOf(place))
                .messageBody(entry.body())
                .messageAttributes(attributes);
        if (isFifo) {
            message.messageGroupId(Messages.group(event.subject())).messageDeduplicationId(entry.deduplication());
        }
        return message.build();
    }

    @Override
    public String check(String queue) {
        var most = client.getQueueAttributes(
                        request -> request.queueUrl(queue).attributeNames(QueueAttributeName.MAXIMUM_MESSAGE_SIZE))
                .attributes()
                .get(QueueAttributeName.MAXIMUM_MESSAGE_SIZE);
        return most == null || Long.parseLong(most) >= limits.entryBytesMax()
                ? ""
                : "it takes messages of " + most + " bytes (expected: " + limits.entryBytesMax()
                        + ", or hub.sqs.eventKilobytes: " + (Long.parseLong(most) >> 10) + ")";
    }

    @Override
    public void close() {
        client.close();
    }
}
