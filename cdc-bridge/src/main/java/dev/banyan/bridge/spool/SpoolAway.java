package dev.banyan.bridge.spool;

import java.io.IOException;

/** The spool's folder could not be read or written just now: nothing in it is known to be damaged, and trying again may help. */
public final class SpoolAway extends SpoolFailed {

    private static final long serialVersionUID = 1L;

    SpoolAway(String what, IOException cause) {
        super(what, cause);
    }
}
