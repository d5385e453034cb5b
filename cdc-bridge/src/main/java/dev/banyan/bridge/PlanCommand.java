package dev.banyan.bridge;

import dev.banyan.bridge.config.ConfigException;
import dev.banyan.bridge.mapping.MappingException;
import dev.banyan.bridge.source.Obstacle;
import dev.banyan.bridge.source.SourcePlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code banyan bridge plan}: what the bridge would create, what is there, and the SQL that the legacy database still needs. */
@Command(
        name = "plan",
        mixinStandardHelpOptions = true,
        description = {
            "Prints all that the bridge makes or needs, compared with what is there, and the SQL the legacy database still needs.",
            "The text is a script: all but the SQL is a comment. Changes nothing.",
            "Exit codes: 0 nothing is left to do, 1 the legacy database could not be asked, 2 wrong usage, 3 steps are left."
        })
final class PlanCommand implements Callable<Integer> {

    private static final int EXIT_STEPS_LEFT = 3;

    @CommandLine.Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigOption files;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    @Override
    public Integer call() throws ConfigException, MappingException {
        var setup = Setup.read(files.config);
        var plan = BridgePlan.of(setup);
        System.out.print(json ? json(plan) : text(plan, setup.source().manage()));
        if (plan.source() == null) {
            plan.parts().stream()
                    .filter(part -> part.mark() == BridgePlan.Mark.UNKNOWN)
                    .findFirst()
                    .ifPresent(part -> System.err.println(part.place() + ": " + part.detail()));
            return 1;
        }
        return plan.hasStepsLeft() ? EXIT_STEPS_LEFT : 0;
    }

    private static String text(BridgePlan plan, boolean isManaged) {
        var text = new StringBuilder(SourcePlan.comment("bridge " + plan.bridge()
                + ": + would be made, = is there, ! differs or needs you, ? could not be asked"));
        var place = "";
        for (var part : plan.parts()) {
            if (!part.place().equals(place)) {
                place = part.place();
                text.append(SourcePlan.comment(place));
            }
            var detail = part.detail().isEmpty() ? "" : ": " + part.detail();
            text.append(SourcePlan.comment("  " + part.mark().sign + ' ' + part.what() + detail));
        }
        text.append("-- events\n");
        for (var event : plan.events()) {
            text.append(SourcePlan.comment("  %s: to %s, key %s, data %s"
                    .formatted(
                            event.type(),
                            String.join(" or ", event.topics()),
                            String.join(" or ", event.keys()),
                            event.dataschema())));
        }
        var source = plan.source();
        if (source != null && source.isEmpty()) {
            return text.append("-- nothing to do in the legacy database\n").toString();
        }
        text.append("-- the legacy database still needs, in this order")
                .append(isManaged ? "; the bridge runs it at its first start\n" : "\n");
        return source == null
                ? text.append("-- ? unknown\n").toString()
                : text.append(source.script()).toString();
    }

    private static String json(BridgePlan plan) {
        var source = plan.source();
        var all = new LinkedHashMap<String, Object>();
        all.put("bridge", plan.bridge());
        all.put("stepsLeft", plan.hasStepsLeft());
        all.put("parts", plan.parts());
        all.put("obstacles", obstacles(source, Obstacle.From.GOING_ON));
        all.put("obstaclesAtFirst", obstacles(source, Obstacle.From.BEGINNING));
        all.put("steps", source == null ? List.of() : source.steps());
        all.put("events", plan.events());
        return JsonMapper.shared().writeValueAsString(all) + "\n";
    }

    private static List<String> obstacles(@Nullable SourcePlan source, Obstacle.From from) {
        return source == null ? List.of() : source.obstacles(from);
    }
}
