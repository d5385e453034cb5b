package dev.banyan.bridge.hub;

import java.util.Map;

/** The hub will never take some events as they are; everything else that it was given and that does not wait for one of them has arrived. */
public final class EventsRefused extends HubRefused {

    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // never serialized
    private final Map<String, String> whyById;

    /** {@code message} is about one of them; {@code whyById} has what the hub said, by the ids of the events. */
    public EventsRefused(String message, Map<String, String> whyById) {
        super(message);
        this.whyById = Map.copyOf(whyById);
    }

    public Map<String, String> whyById() {
        return whyById;
    }
}
