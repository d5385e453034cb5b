package dev.banyan.bridge.source;

/** Who hears what the legacy database is waited for. */
@FunctionalInterface
public interface Waiting {

    /** One that goes on however long it takes. */
    Waiting ENDLESS = _ -> true;

    /** Hears each second, or more often, what is waited for, the same while that is the same, empty while nobody knows; false when it is to give up. */
    boolean goesOn(String what);
}
