package dev.banyan.bridge.run;

/** A database server of a test's own that is killed and started again on the same data and port. */
interface MortalDatabase extends AutoCloseable {

    /** Creates an empty database and returns its JDBC URL. */
    String createDatabase(String name);

    /** Ends it as a power cut would. */
    void kill() throws Exception;

    /** Ends it in order. */
    void stop();

    void start() throws Exception;

    @Override
    void close();
}
