package dev.banyan.bridge.run;

import dev.banyan.bridge.hub.HubPosition;
import dev.banyan.bridge.source.Source;
import dev.banyan.bridge.source.TimelineHistory;
import dev.banyan.bridge.store.Position;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The timelines of a PostgreSQL that has failed over, as an engine run that reads the last of them sees them. */
record Timelines(Source source, Position read) {

    /*
     * A kill between hub and store, then a fail-over: what comes again on the new timeline is in hub and lake under the old one. The server
     * knows where that ended. Who may not ask it, or when it does not answer, has those events sent again, with their ids.
     */
    private static final Logger LOG = LoggerFactory.getLogger(Timelines.class);

    /** What of {@code there} is on the timeline that is read, too. */
    HubPosition onOurs(HubPosition there) {
        if (there.timeline() == read.timeline() || !there.systemIdentifier().equals(read.systemIdentifier())) {
            return there;
        }
        try {
            return there.on(read.timeline(), TimelineHistory.of(source, read.timeline()));
        } catch (SQLException e) {
            LOG.warn(
                    "where timeline {} ended: {}; what is sent again has its old ids",
                    there.timeline(),
                    e.getMessage());
            return there;
        }
    }
}
