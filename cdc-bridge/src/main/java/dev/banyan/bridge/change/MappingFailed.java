package dev.banyan.bridge.change;

/** A transaction that the mapping has no answer for, today and tomorrow: somebody has to mend the mapping. */
public class MappingFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MappingFailed(String message) {
        super(message);
    }

    public MappingFailed(String message, MappingFailed cause) {
        super(message, cause);
    }
}
