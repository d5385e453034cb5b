package dev.banyan.bench.load;

import java.util.concurrent.ExecutionException;

/** A request was not answered as it must be; a figure taken beside such an error would mean nothing. */
public final class LoadFailed extends RuntimeException {

    private static final long serialVersionUID = 1;

    public LoadFailed(String message) {
        super(message);
    }

    public LoadFailed(String message, Throwable cause) {
        super(message, cause);
    }

    /** Returns what a future of ours failed with. */
    static LoadFailed of(ExecutionException e) {
        return e.getCause() instanceof LoadFailed failed ? failed : new LoadFailed(e.toString(), e);
    }
}
