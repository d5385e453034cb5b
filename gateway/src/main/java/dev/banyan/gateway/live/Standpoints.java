package dev.banyan.gateway.live;

import dev.banyan.rules.RuleSet;
import dev.banyan.rules.Standpoint;
import java.util.Map;

/** Where routes have got to, whatever their files say. Asked with each rule set that comes into force; must not block. */
@FunctionalInterface
public interface Standpoints {

    /** Every route stands where its file says; one with steps has not begun. */
    Standpoints AS_WRITTEN = _ -> Map.of();

    /** Returns where routes stand that do not stand where their file says, by name. */
    Map<String, Standpoint> of(RuleSet files);
}
