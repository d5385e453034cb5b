package dev.banyan.bridge.contract;

/** How a hub carries a CloudEvent. */
public enum Mode {
    /** Attributes are headers and the data is the message: Kafka. */
    BINARY,
    /** The whole CloudEvent is the message: SQS, SNS, Kinesis, EventBridge. */
    STRUCTURED
}
