package dev.banyan.gateway.admin;

import dev.banyan.gateway.store.ControlStore;
import dev.banyan.gateway.store.Leadership;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the admin API tells of the control store, in the order it is read. */
record StoreState(ControlStore store, Leadership leadership) {

    Map<String, Object> all() {
        var map = new LinkedHashMap<String, Object>();
        map.put("where", store.location().where());
        map.put("state", store.isUp() ? "up" : store.isStarted() ? "down" : "unused");
        map.put("problem", store.problem());
        map.put("clockAheadMillis", store.clock().aheadMillis());
        map.put("name", leadership.name());
        map.put("leader", leadership.leader());
        map.put("epoch", leadership.epoch().isPresent() ? leadership.epoch().getAsLong() : null);
        return map;
    }
}
