package dev.banyan.rules.imports;

import dev.banyan.rules.Match;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the predicates of one route of Spring Cloud Gateway: all of them must hold. */
final class SpringMatch {

    private static final String ANY_VALUE = "(?s).*";

    private final Draft draft;
    private final DraftRoute route;
    private final List<Match.Field> headers = new ArrayList<>();
    private final List<Match.Field> queryParams = new ArrayList<>();
    private final List<Match.Field> cookies = new ArrayList<>();
    private List<Match.Path> paths = List.of(Match.Path.ANY);
    private List<String> methods = List.of();

    /** Null without a Weight. */
    @Nullable
    String weightGroup;

    int weight;

    SpringMatch(Draft draft, DraftRoute route) {
        this.draft = draft;
        this.route = route;
    }

    void read(List<SpringCall> predicates) {
        List<String> seen = new ArrayList<>();
        for (SpringCall each : predicates) {
            try {
                if (each.hasExpression()) {
                    throw new IllegalArgumentException(
                            "it is filled in when the source is run; write what it comes to");
                }
                boolean once = List.of("Path", "Method", "Host", "Weight").contains(each.name());
                if (once && seen.contains(each.name())) {
                    throw new IllegalArgumentException(
                            "a second one of its kind: alternatives are written as one list");
                }
                read(each);
            } catch (IllegalArgumentException | DateTimeException e) {
                draft.leaveOut(route, each.place(), each.shown(), String.valueOf(e.getMessage()));
            }
            seen.add(each.name());
        }
        List<Match> matches = new ArrayList<>();
        for (Match.Path path : paths) {
            Match match = Match.path(path)
                    .withHeaders(headers)
                    .withQueryParams(queryParams)
                    .withCookies(cookies);
            if (methods.isEmpty()) {
                matches.add(match);
            }
            methods.forEach(method -> matches.add(match.withMethod(method)));
        }
        route.matches = matches;
    }

    private void read(SpringCall call) {
        switch (call.name()) {
            case "Path" -> readPaths(call);
            case "Method" ->
                methods = call.all("methods", "method").stream()
                        .map(each -> each.toUpperCase(Locale.ROOT))
                        .distinct()
                        .toList();
            case "Host" -> readHosts(call);
            case "Header" -> headers.add(field(call, "header", "regexp"));
            case "Query" -> queryParams.add(field(call, "param", "regexp"));
            case "Cookie" -> cookies.add(field(call, "name", "regexp"));
            case "After" -> from(moment(call.argument(0, "datetime")));
            case "Before" -> until(moment(call.argument(0, "datetime")));
            case "Between" -> {
                from(moment(call.argument(0, "datetime1")));
                until(moment(call.argument(1, "datetime2")));
            }
            case "Weight" -> {
                weightGroup = call.argument(0, "group");
                weight = call.number(1, "weight");
            }
            default -> throw new IllegalArgumentException("matches have no such condition");
        }
    }

    private void readPaths(SpringCall call) {
        List<String> patterns = new ArrayList<>(call.all("patterns", "pattern"));
        boolean slash = !call.argument(Integer.MAX_VALUE, "matchTrailingSlash").equals("false");
        if (List.of("true", "false").contains(patterns.getLast())) {
            slash = patterns.removeLast().equals("true"); // the shortcut form has it at the end
        }
        List<Match.Path> all = new ArrayList<>();
        for (String each : patterns) {
            all.addAll(SpringPath.of(each, slash));
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException("no pattern");
        }
        paths = all.stream().distinct().toList();
    }

    private void readHosts(SpringCall call) {
        List<String> hosts = new ArrayList<>();
        for (String each : call.all("patterns", "pattern")) {
            String host = each.toLowerCase(Locale.ROOT);
            if (host.startsWith("**.")) {
                hosts.add(host.substring(3));
                hosts.add(host.substring(1));
            } else if (host.matches("[a-z0-9.-]+")) {
                hosts.add(host);
            } else {
                throw new IllegalArgumentException(
                        "a host is a name or **.name, which covers all below and the name itself");
            }
        }
        route.hostnames = hosts.stream().distinct().toList();
    }

    private static Match.Field field(SpringCall call, String nameKey, String valueKey) {
        String name = call.argument(0, nameKey);
        String value = call.argument(1, valueKey);
        if (name.isEmpty()) {
            throw new IllegalArgumentException("no name");
        }
        String regex = value.isEmpty() ? ANY_VALUE : value;
        JavaExpression.requireSame(regex);
        boolean literal = regex.matches("[A-Za-z0-9 _:/-]+");
        return literal ? new Match.Field.Exact(name, regex) : new Match.Field.RegularExpression(name, regex);
    }

    private static Instant moment(String text) {
        return text.matches("-?[0-9]+")
                ? Instant.ofEpochMilli(Long.parseLong(text))
                : ZonedDateTime.parse(text).toInstant();
    }

    private void from(Instant moment) {
        route.from = route.from == null || moment.isAfter(route.from) ? moment : route.from;
    }

    private void until(Instant moment) {
        route.until = route.until == null || moment.isBefore(route.until) ? moment : route.until;
    }
}
