package dev.banyan.gateway.admin;

import dev.banyan.gateway.tls.CertificateInForce;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the admin API tells of the data port's certificate, in the order it is read; nothing when there is none. */
record CertificateState(@Nullable CertificateInForce inForce) {

    Map<String, Object> all() {
        var map = new LinkedHashMap<String, Object>();
        if (inForce != null) {
            map.put("state", inForce.state());
            map.put("name", inForce.name());
            map.put("serial", inForce.serial());
            map.put("notAfter", inForce.notAfter().toString());
            map.put("since", inForce.since().toString());
            map.put("swaps", inForce.swaps());
            map.put("rejections", inForce.refusals());
            CertificateInForce.Refused refused = inForce.lastRefused();
            map.put(
                    "lastRejected",
                    refused == null ? null : Map.of("at", refused.at().toString(), "problem", refused.problem()));
        }
        return map;
    }

    /** Returns what belongs into {@code /health} beside {@code health}. */
    Map<String, Object> beside(Map<String, Object> health) {
        var map = new LinkedHashMap<>(health);
        if (inForce != null) {
            map.put("certificate", inForce.state());
        }
        return map;
    }
}
