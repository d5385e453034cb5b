package dev.banyan.bridge.run;

import dev.banyan.bridge.change.TableId;
import dev.banyan.bridge.source.Leaves;
import dev.banyan.bridge.source.Preflight;
import dev.banyan.bridge.source.Publication;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.store.Leaf;
import dev.banyan.bridge.store.Position;
import dev.banyan.bridge.store.PublishedTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server that the preflight found good, asked once more when the log is being read. */
final class CheckedServer {

    /*
     * Debezium connects by itself, after the preflight, and a name or an address may lead to another server by then. That one is to be the same
     * before anything of its log counts. That our slot is read there shows that it is the one that Debezium reads.
     */
    private static final Logger LOG = LoggerFactory.getLogger(CheckedServer.class);
    private static final Duration READING_WITHIN = Duration.ofSeconds(10);

    private static final long LOOK_AGAIN_MS = 100;

    private final Source source;
    private final Position checked;
    private final Set<PublishedTable> published;
    private final Consumer<Set<Leaf>> remember;
    private final Consumer<String> refuse;
    private final Set<TableId> partitioned;
    private Set<Leaf> leaves;
    private final Detaching detaching = new Detaching(System::nanoTime);
    private boolean isConfirmed;
    private boolean isClosed;

    /** The server of {@code source} that was found good to go on at {@code checked}, to publish {@code published}, and to have the partitions {@code leaves}; {@code remember} hears of new ones, and {@code refuse} why its log is to be refused for good. */
    CheckedServer(
            Source source,
            Position checked,
            Set<PublishedTable> published,
            Set<Leaf> leaves,
            Consumer<Set<Leaf>> remember,
            Consumer<String> refuse) {
        this.source = source;
        this.checked = checked;
        this.published = Set.copyOf(published);
        this.partitioned = Leaves.partitioned(leaves);
        this.leaves = Set.copyOf(leaves);
        this.remember = remember;
        this.refuse = refuse;
    }

    /** To be called when the first records are here; throws {@link ServerChanged} when they may be those of another server. One thread at a time. */
    void confirm() throws InterruptedException {
        if (isConfirmed) {
            return;
        }
        try (var connection = source.connect()) {
            awaitReader(connection);
            Preflight.changed(source, connection, checked).ifPresent(why -> {
                throw new ServerChanged("the legacy database has changed since it was checked: " + why);
            });
        } catch (SQLException e) {
            throw new ServerChanged(
                    "the legacy database cannot be asked whether it is still the same: " + e.getMessage());
        }
        isConfirmed = true;
    }

    /** The mapped tables that had partitions, or could have, when it was checked. */
    Set<TableId> partitioned() {
        return partitioned;
    }

    /** Why not every change of the mapped tables is in the log, or published, since; empty when all are. Another server may answer, of which nothing is remembered. */
    Optional<String> unpublished(Connection connection) throws SQLException {
        var unlogged = Preflight.unlogged(source, connection, checked);
        unlogged.filter(Preflight.Verdict.Refuse::isForGood).ifPresent(found -> refuse.accept(found.what()));
        return unlogged.isPresent()
                ? unlogged.map(Preflight.Verdict.Refuse::what)
                : Publication.gap(source, published, Publication.of(source, connection), 0);
    }

    /** The tables of which a partition is gone, or emptied, since, or has come with rows; one thread asks. */
    Set<TableId> parted(Connection connection) throws SQLException {
        var now = Leaves.of(source, connection, leaves);
        detaching
                .overdue(now.leaving())
                .forEach(end -> LOG.warn(
                        "a partition is being detached and does not get to an end: its rows stay until somebody says {}",
                        end));
        if (now.changed().isEmpty() && !now.all().equals(leaves)) {
            seen(now.all());
        }
        return now.changed();
    }

    private synchronized void seen(Set<Leaf> now) {
        if (!isClosed) {
            remember.accept(now);
            leaves = now;
        }
    }

    /** Remembers no more partitions from here on: what the next start finds is newer than what a statement of this one may still find. */
    synchronized void close() {
        isClosed = true;
    }

    private void awaitReader(Connection connection) throws SQLException, InterruptedException {
        for (var left = READING_WITHIN.toMillis() / LOOK_AGAIN_MS; !Preflight.isRead(source, connection); left--) {
            if (left == 0) {
                throw new ServerChanged("slot " + source.slot() + " is not read on the server that answers now");
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MS);
        }
    }
}
