package dev.banyan.rules.lint;

import dev.banyan.rules.Match;
import dev.banyan.rules.PathModel;
import dev.banyan.rules.Route;
import dev.banyan.rules.RuleSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks at matches, alone and beside each other. */
final class MatchLint {

    private static final Pattern VARIABLE = Pattern.compile("\\{[^}]*}");

    /** A literal character of an expression, or an escaped dot. */
    private static final String LITERAL = "(?:[A-Za-z0-9_/~ -]|\\\\\\.|\\[\\.\\])";

    private static final Pattern SIMPLE =
            Pattern.compile("\\^?(/(?:" + LITERAL + "|\\[\\^/\\]\\+)*)(\\(/\\.\\*\\)\\?|)\\$?");

    /** What ends at the gateway, which therefore takes it away before it decides. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    private record At(Route route, int index) {
        Match match() {
            return route.matches().get(index);
        }

        Match.Path path() {
            return match().path();
        }
    }

    private final RuleSet rules;
    private final Findings findings;

    MatchLint(RuleSet rules, Findings findings) {
        this.rules = rules;
        this.findings = findings;
    }

    void run() {
        Map<String, List<At>> byPath = new HashMap<>();
        Map<String, List<At>> byFoldedPath = new HashMap<>();
        for (Route route : rules.routes()) {
            for (int i = 0; i < route.matches().size(); i++) {
                var at = new At(route, i);
                expression(at);
                headers(at);
                if (at.path().kind() != Match.Path.Kind.REGULAR_EXPRESSION) {
                    byPath.computeIfAbsent(anonymous(at.path().value()), _ -> new ArrayList<>())
                            .add(at);
                    String folded = anonymous(at.path().value()).toLowerCase(Locale.ROOT);
                    byFoldedPath.computeIfAbsent(folded, _ -> new ArrayList<>()).add(at);
                }
            }
        }
        byPath.forEach((path, all) -> trailingSlash(all, byPath.get(path + "/")));
        byPath.values().forEach(this::hiddenByMethod);
        if (rules.backends().stream().noneMatch(each -> ignoresCase(each.pathModel()))) {
            byFoldedPath.values().forEach(this::caseOnly);
        }
    }

    private static boolean ignoresCase(PathModel model) {
        return model.ignoresCase();
    }

    private static String anonymous(String path) {
        return VARIABLE.matcher(path).replaceAll("{}");
    }

    private void expression(At at) {
        if (at.path().kind() != Match.Path.Kind.REGULAR_EXPRESSION) {
            return;
        }
        String regex = at.path().value();
        if (regex.contains("%") || regex.contains("//")) {
            findings.add(
                    LintCode.BYN0181,
                    at.route(),
                    at.index(),
                    "the expression " + regex + " has an escape or //",
                    "a path as people read it: that is what an expression is compared with");
        }
        String simpler = simpler(regex);
        if (simpler != null) {
            findings.add(LintCode.BYN0135, at.route(), at.index(), "the expression " + regex, simpler);
        }
    }

    private void headers(At at) {
        for (Match.Field each : at.match().headers()) {
            String name = each.name().toLowerCase(Locale.ROOT);
            if (HOP_BY_HOP.contains(name)) {
                String found =
                        "header " + each.name() + " ends at the gateway: no request has it when this is looked at";
                findings.add(LintCode.BYN0136, at.route(), at.index(), found, "a header that goes all the way");
            } else if (name.equals("host") || name.equals("cookie")) {
                String key = name.equals("host") ? "hostnames" : "cookies";
                String found = "header " + each.name() + ", which is compared as a whole";
                findings.add(LintCode.BYN0136, at.route(), at.index(), found, key + " in its place");
            }
        }
    }

    /** The type and value that say the same; null when there are none. */
    static @Nullable String simpler(String regex) {
        if (regex.equals("/.*") || regex.equals(".*")) {
            return "PathPrefix /";
        }
        var simple = SIMPLE.matcher(regex);
        if (!simple.matches() || simple.group(1).contains("//")) {
            return null;
        }
        String path = simple.group(1).replace("\\.", ".").replace("[.]", ".");
        boolean prefix = !simple.group(2).isEmpty();
        if (path.endsWith(".") || path.contains("./") || (prefix && path.endsWith("/"))) {
            return null;
        }
        var template = new StringBuilder();
        int variables = 0;
        for (String element : path.substring(1).split("/(?!\\])", -1)) {
            if (!element.equals("[^/]+") && element.contains("[^/]+")) {
                return null;
            }
            template.append('/').append(element.equals("[^/]+") ? "{v" + ++variables + "}" : element);
        }
        String type = prefix ? "PathPrefix " : variables > 0 ? "PathTemplate " : "Exact ";
        return type + template;
    }

    private void trailingSlash(List<At> without, @Nullable List<At> with) {
        if (with == null) {
            return;
        }
        for (At slashed : with) {
            for (At bare : without) {
                boolean whole = isWhole(slashed) && isWhole(bare);
                if (whole && shareHost(slashed.route(), bare.route())) {
                    findings.add(
                            LintCode.BYN0133,
                            slashed.route(),
                            slashed.index(),
                            slashed.path().value() + " beside " + findings.shown(bare.route(), bare.index())
                                    + " without the slash",
                            "one of both, or a PathPrefix, which covers both");
                    break;
                }
            }
        }
    }

    private static boolean isWhole(At at) {
        return at.path().kind() == Match.Path.Kind.EXACT || at.path().kind() == Match.Path.Kind.PATH_TEMPLATE;
    }

    private void hiddenByMethod(List<At> samePath) {
        for (At hidden : samePath) {
            Match match = hidden.match();
            if (match.method() != null
                    || (match.headers().isEmpty() && match.cookies().isEmpty())) {
                continue;
            }
            for (At other : samePath) {
                boolean passes = other.match().method() != null
                        && !other.route().equals(hidden.route())
                        && other.path().kind() == hidden.path().kind()
                        && haveOneHost(other.route(), hidden.route())
                        && match.headers().containsAll(other.match().headers())
                        && match.queryParams().containsAll(other.match().queryParams())
                        && match.cookies().containsAll(other.match().cookies());
                if (passes) {
                    String method = other.match().method();
                    findings.add(
                            LintCode.BYN0134,
                            hidden.route(),
                            hidden.index(),
                            method + " requests go to " + findings.shown(other.route(), other.index())
                                    + " with this header or cookie too: a method ranks above them",
                            "a match with method " + method + " here as well");
                    break;
                }
            }
        }
    }

    private void caseOnly(List<At> sameButForCase) {
        At first = sameButForCase.getFirst();
        for (At each : sameButForCase) {
            boolean differs = !anonymous(each.path().value())
                    .equals(anonymous(first.path().value()));
            if (differs && shareHost(each.route(), first.route())) {
                findings.add(
                        LintCode.BYN0181,
                        each.route(),
                        each.index(),
                        each.path().value() + " differs only in case from "
                                + findings.shown(first.route(), first.index()),
                        "one spelling, or pathModel.ignoresCase on the backends that take both for one path");
                return;
            }
        }
    }

    /** Whether both stand beside each other on some host. Else the host decides before anything else is looked at. */
    private static boolean haveOneHost(Route one, Route other) {
        return one.hostnames().isEmpty()
                ? other.hostnames().isEmpty()
                : one.hostnames().stream().anyMatch(other.hostnames()::contains);
    }

    private static boolean shareHost(Route one, Route other) {
        return one.hostnames().isEmpty()
                || other.hostnames().isEmpty()
                || one.hostnames().stream().anyMatch(other.hostnames()::contains);
    }
}
