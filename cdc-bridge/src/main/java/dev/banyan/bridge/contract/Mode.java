package dev.banyan.bridge.contract;

/** How a hub carries a CloudEvent. */
public enum Mode {
    /** Attributes are headers and the data is the message: Kafka. */
    BINARY("application/json"),
    /** The whole CloudEvent is the message: SQS, SNS, Kinesis, EventBridge. */
    STRUCTURED("application/cloudevents+json");

    /** The media type of its messages. */
    final String contentType;

    Mode(String contentType) {
        this.contentType = contentType;
    }
}
