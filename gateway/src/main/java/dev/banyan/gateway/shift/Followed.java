package dev.banyan.gateway.shift;

import java.util.Collection;
import java.util.List;

/**
 * The plans of a rule set of which something is counted or asked. Each turn looks at these alone: of a hundred thousand routes hardly any has an analysis
 * or steps.
 */
record Followed(Collection<Plan> all, List<Plan> withAnalysis, List<Plan> withSteps) {

    static Followed of(Collection<Plan> plans) {
        return new Followed(
                plans,
                plans.stream().filter(each -> each.analysis() != null).toList(),
                plans.stream().filter(each -> each.drive() == Plan.Drive.STEPS).toList());
    }

    /** Whether this is what there is of {@code plans}, which are the same object for as long as the rules are the same. */
    @SuppressWarnings("ReferenceEquality") // to compare them one by one is what this is to spare
    boolean areOf(Collection<Plan> plans) {
        return all == plans;
    }
}
