package dev.banyan.bridge.aws;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.CloudEventJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What SQS and SNS have in common: attributes beside the body, groups, and which characters they take. */
final class Messages {

    /**
     * What they say of an event that they will never take as it is. They also call it the sender's fault when a right or a key is missing, when
     * the queue is gone, or when there was too much at once: that is no event's fault, and it waits until somebody mends it.
     */
    private static final Set<String> OF_THE_EVENT = Set.of(
            "InvalidMessageContents",
            "InvalidParameterValue",
            "InvalidParameter",
            "ParameterValueInvalid",
            "InvalidAttributeValue",
            "MessageTooLong");

    /** What may stand before and behind a name. */
    private static final Pattern AROUND_A_CODE = Pattern.compile("^AWS\\.SimpleQueueService\\.|Exception$");

    private static final Pattern GROUP = Pattern.compile("[\\p{Alnum}\\p{Punct}&&\\p{ASCII}]{1,128}");
    private static final String STRING = "String";

    private Messages() {}

    /** An entry whose body is the event as CloudEvents JSON; the attributes count, too. */
    static Entry entry(DomainEvent event, String source, String destination) {
        var body = text(CloudEventJson.of(event, source));
        long bytes = utf8(body);
        for (var attribute : attributes(event).entrySet()) {
            bytes += utf8(attribute.getKey()) + STRING.length() + utf8(attribute.getValue());
        }
        return new Entry(event, destination, body, bytes);
    }

    /** What subscribers filter by. */
    static Map<String, String> attributes(DomainEvent event) {
        var attributes = new LinkedHashMap<String, String>();
        attributes.put("contentType", "application/cloudevents+json");
        attributes.put("ce_id", event.id());
        attributes.put("ce_type", event.type());
        return attributes;
    }

    /** {@code json} without the two characters that these services refuse, which JSON can also write as escapes. */
    static String text(String json) {
        return json.indexOf('\uFFFE') < 0 && json.indexOf('\uFFFF') < 0
                ? json
                : json.replace("\uFFFE", "\\uFFFE").replace("\uFFFF", "\\uFFFF");
    }

    static boolean isFifo(String destination) {
        return destination.endsWith(".fifo");
    }

    /** The group of {@code subject} in a FIFO queue or topic: itself where they take it as it is, else its hash. */
    static String group(String subject) {
        return GROUP.matcher(subject).matches() ? subject : hash(subject);
    }

    static String hash(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256, which every Java has, is missing", e);
        }
    }

    /** What an answer says of the entry with {@code id}, which was not taken. */
    static Target.Refusal refusal(
            @Nullable String id, @Nullable String code, @Nullable String message, @Nullable Boolean isSendersFault) {
        var named = String.valueOf(code);
        return new Target.Refusal(
                Answers.place(id),
                named,
                String.valueOf(message),
                Boolean.TRUE.equals(isSendersFault)
                        && OF_THE_EVENT.contains(AROUND_A_CODE.matcher(named).replaceAll("")));
    }

    static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
