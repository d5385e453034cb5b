package dev.banyan.cli.load;

/** How one request ended for the person who sent it. */
public sealed interface Outcome {

    /** A whole reply came; whether it is the right one is the sender's to say. */
    record Answered(Reply reply) implements Outcome {}

    /** The head of a reply came, its body broke off. */
    record CutOff(int status, String backend, String error) implements Outcome {}

    /** No reply came. */
    record Unanswered(String error) implements Outcome {}
}
