package dev.banyan.bridge.store;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the log says of faults: which transaction and which aggregate, never what was in a row. Why, the fault says itself. */
final class FaultLog {

    private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);

    private FaultLog() {}

    /** One line for what begins to wait, none for what waits behind it. */
    static void noted(Fault fault) {
        if (fault.state() == Fault.State.SKIPPED) {
            LOG.warn("transaction {}: {} {} has no event: skipped", fault.txId(), fault.aggregate(), fault.keyText());
        } else if (!fault.message().isEmpty()) {
            LOG.warn(
                    "transaction {}: {} {} waits, in group {}",
                    fault.txId(),
                    fault.aggregate(),
                    fault.keyText(),
                    fault.group());
        }
    }
}
