package dev.banyan.bench.load;

/** Where one request at a time goes: a connection of HTTP/1.1, or one of the streams of a connection of HTTP/2. All on its event loop. */
interface Lane {

    /** What drives lanes. Called on the event loop. */
    interface Owner {
        void replied(Lane lane);

        void failed(String why);
    }

    /** Sends {@code ask}; {@code dueNanos} is kept for the owner. */
    void send(Ask ask, long dueNanos);

    /** Returns when the last request was due, by {@link System#nanoTime}. */
    long dueNanos();

    /** Ends the lane's connection, and with it the other lanes there. */
    void close();
}
