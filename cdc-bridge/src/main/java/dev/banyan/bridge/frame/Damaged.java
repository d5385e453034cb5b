package dev.banyan.bridge.frame;

import java.io.IOException;

/** What was safe in a file is not what was written any more. */
public final class Damaged extends IOException {

    private static final long serialVersionUID = 1L;

    Damaged(String message) {
        super(message);
    }
}
