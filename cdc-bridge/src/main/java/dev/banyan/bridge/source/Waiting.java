package dev.banyan.bridge.source;

/** Who a set-up that waits for others tells so. */
@FunctionalInterface
public interface Waiting {

    /** One that goes on however long it takes. */
    Waiting ENDLESS = _ -> true;

    /** Hears several times a second what it waits for, the same while that is the same, empty while nobody knows; false when it is to give up. */
    boolean goesOn(String what);
}
