package dev.banyan.rules;

import java.util.List;

/**
 * One of a route's filters, as Spring Cloud Gateway's shortcut form says it: {@code AddRequestHeader=X-Fig, 1}.
 *
 * @param name without {@code GatewayFilterFactory}
 * @param arguments in the order of the shortcut form, without blanks around them
 */
public record FilterCall(String name, List<String> arguments) {
    public FilterCall {
        arguments = List.copyOf(arguments);
    }

    /** The filter of this text, whether there is such a one or not. Empty arguments are none, as they are to Spring. */
    public static FilterCall parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0) {
            return new FilterCall(text.strip(), List.of());
        }
        List<String> arguments = List.of(text.substring(equals + 1).split(",", -1)).stream()
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .toList();
        return new FilterCall(text.substring(0, equals).strip(), arguments);
    }

    /** The shortcut form. */
    public String text() {
        return arguments.isEmpty() ? name : name + "=" + String.join(", ", arguments);
    }
}
