package dev.banyan.bridge.spool;

import java.nio.file.Path;

/** Another process has the spools open: one that was succeeded, and has not ended yet. */
public final class SpoolInUse extends SpoolFailed {

    private static final long serialVersionUID = 1L;

    SpoolInUse(Path folder) {
        super(
                folder
                        + ": another process writes to it (expected: one at a time; who lost the lease ends soon, unless it is stopped)");
    }
}
