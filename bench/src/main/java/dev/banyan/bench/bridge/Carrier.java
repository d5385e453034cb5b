package dev.banyan.bench.bridge;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A program that carries rows from the database's log to Kafka. */
interface Carrier {

    /** The most heap that each may have. */
    String HEAP = "-Xmx512m";

    /** The word for it on the command line and in reports. */
    String name();

    /** What it is and what is not its default, for a reader who wants to do the same. */
    String description();

    /** Why it cannot be started here, if it cannot. */
    Optional<String> missing();

    /** The command that starts it in {@code folder}, which it keeps from one start to the next. */
    List<String> command(Servers servers, Path folder) throws IOException;

    /** Its replication slot. */
    String slot();

    /** The topics on which {@code load} arrives; the first has the rows or events of {@code load}'s first table, their keys ending in its id. */
    List<String> topics(Load load);

    /** How many messages a step of {@code load} becomes. */
    int messages(Load load);
}
