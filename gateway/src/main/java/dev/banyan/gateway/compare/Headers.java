package dev.banyan.gateway.compare;

import dev.banyan.gateway.compare.Difference.Kind;
import dev.banyan.gateway.compare.Difference.Part;
import dev.banyan.gateway.http.CookieDate;
import dev.banyan.gateway.http.Links;
import dev.banyan.gateway.http.Refresh;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Compares the headers that rules name, each in the way its values are meant. */
final class Headers {

    /** What differs from reply to reply: that it is there is compared, its value is not. */
    private static final Set<String> VOLATILE = Set.of(
            "age",
            "date",
            "etag",
            "expires",
            "last-modified",
            "server",
            "server-timing",
            "traceparent",
            "tracestate",
            "via",
            "x-correlation-id",
            "x-powered-by",
            "x-request-id",
            "x-runtime",
            "x-trace-id");

    /** What belongs to one connection or to one form of a body, and is never compared. */
    private static final Set<String> NEVER = Set.of(
            "accept-ranges",
            "connection",
            "content-encoding",
            "content-length",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final Pattern MAX_AGE = Pattern.compile("(?i)\\s*+max-age\\s*+=\\s*+([1-9][0-9]{0,17})\\s*+");

    /** In seconds: one that ends with its session is shorter in the later of two replies. */
    private static final long AGES_APART_MAX = 5;

    private final Redaction redaction;
    private final Origins origins;
    private final Found found;
    private final Instant now;

    Headers(Redaction redaction, Origins origins, Found found, Instant now) {
        this.redaction = redaction;
        this.origins = origins;
        this.found = found;
        this.now = now;
    }

    void compare(List<String> names, Reply baseline, Reply candidate) {
        for (String name : names) {
            if (name.equals("set-cookie")) {
                cookies(baseline.all(name), candidate.all(name));
            } else if (!NEVER.contains(name)) {
                header(name, baseline, candidate);
            }
        }
    }

    private void header(String name, Reply baseline, Reply candidate) {
        boolean left = !baseline.all(name).isEmpty();
        boolean right = !candidate.all(name).isEmpty();
        String before = baseline.header(name);
        String after = candidate.header(name);
        // An empty reply has no content to have a type.
        boolean meaningless =
                name.equals("content-type") && (baseline.body().length == 0 || candidate.body().length == 0);
        if ((!left && !right) || (left != right && meaningless)) {
            return;
        }
        if (left != right) {
            Kind kind = left ? Kind.REMOVED : Kind.ADDED;
            found.add(
                    Part.HEADER,
                    kind,
                    name,
                    left ? redaction.value(name, before) : null,
                    right ? redaction.value(name, after) : null);
            return;
        }
        UnaryOperator<String> meaning = meaning(name);
        if (!VOLATILE.contains(name) && !meaning.apply(before).equals(meaning.apply(after))) {
            boolean otherType =
                    name.equals("content-type") && !Media.typeOf(before).equals(Media.typeOf(after));
            found.add(
                    Part.HEADER,
                    otherType ? Kind.TYPE : Kind.VALUE,
                    name,
                    redaction.value(name, before),
                    redaction.value(name, after));
        }
    }

    private UnaryOperator<String> meaning(String name) {
        return switch (name) {
            case "content-type" -> Headers::contentType;
            case "refresh" -> this::refresh;
            case "location", "content-location" -> value -> Urls.normal(value, origins);
            case "link" -> value -> text(Links.withUrls(value, url -> Urls.normal(url, origins)));
            case "cache-control", "vary", "allow", "pragma" -> Headers::set;
            case "www-authenticate" -> Headers::challenge;
            default -> Headers::text;
        };
    }

    private static String text(String value) {
        return value.strip().replaceAll("\\s*+,\\s*+", ", ");
    }

    /* 5; url=/next */
    private String refresh(String value) {
        Refresh read = Refresh.of(value);
        return read == null ? text(value) : read.seconds() + "; " + Urls.normal(read.url(), origins);
    }

    private static String contentType(String value) {
        String type = Media.typeOf(value);
        String charset = Media.charsetName(value);
        boolean implied = charset == null || (charset.equals("utf-8") && type.endsWith("json"));
        return implied ? type : type + ";charset=" + charset;
    }

    private static String set(String value) {
        return Arrays.stream(value.toLowerCase(Locale.ROOT).split(",", -1))
                .map(String::strip)
                .filter(each -> !each.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new))
                .toString();
    }

    /* A digest's nonce is new each time. */
    private static String challenge(String value) {
        return value.replaceAll("(?i)\\b(nonce|opaque)\\s*+=\\s*+(\"[^\"]*+\"|[^,\\s]++)", "$1");
    }

    /**
     * The cookies of one name.
     *
     * @param attributes without what lifetimes are, beside that there are any
     * @param ages the lifetimes that are said in seconds
     */
    private record Cookies(String attributes, List<Long> ages) {

        Cookies and(Cookies more) {
            return new Cookies(
                    attributes + ", " + more.attributes,
                    Stream.concat(ages.stream(), more.ages.stream()).toList());
        }

        /* What is said in one reply only, or as a moment, says nothing of how long it is. */
        boolean liveAsLongAs(Cookies others) {
            if (ages.size() != others.ages.size()) {
                return true;
            }
            for (int i = 0; i < ages.size(); i++) {
                if (Math.abs(ages.get(i) - others.ages.get(i)) > AGES_APART_MAX) {
                    return false;
                }
            }
            return true;
        }

        String shownAges() {
            return ages.stream().map(age -> "max-age=" + age).collect(Collectors.joining(", "));
        }
    }

    /* Names and attributes; what a cookie holds is its owner's secret, and differs by person anyway. */
    private void cookies(List<String> baseline, List<String> candidate) {
        Map<String, Cookies> left = cookiesByName(baseline);
        Map<String, Cookies> right = cookiesByName(candidate);
        var names = new TreeSet<>(left.keySet());
        names.addAll(right.keySet());
        for (String name : names) {
            String path = ("set-cookie " + name).strip();
            Cookies before = left.get(name);
            Cookies after = right.get(name);
            if (before == null || after == null) {
                found.add(
                        Part.HEADER,
                        before == null ? Kind.ADDED : Kind.REMOVED,
                        path,
                        before == null ? null : before.attributes,
                        after == null ? null : after.attributes);
            } else if (!before.attributes.equals(after.attributes)) {
                found.add(Part.HEADER, Kind.VALUE, path, before.attributes, after.attributes);
            } else if (!before.liveAsLongAs(after)) {
                found.add(Part.HEADER, Kind.VALUE, path, before.shownAges(), after.shownAges());
            }
        }
    }

    private Map<String, Cookies> cookiesByName(List<String> cookies) {
        var byName = new TreeMap<String, Cookies>();
        for (String cookie : cookies) {
            String[] parts = cookie.split(";", -1);
            // A browser takes what has no = for the value of a cookie without a name.
            String named = parts[0].indexOf('=') < 0 ? "" : parts[0].split("=", 2)[0].strip();
            String name = Redaction.cut(named, 80, parts[0].length());
            String attributes = Arrays.stream(parts)
                    .skip(1)
                    .map(this::attribute)
                    .filter(each -> !each.isEmpty())
                    .sorted()
                    .distinct()
                    .collect(Collectors.joining("; "));
            List<Long> ages = Arrays.stream(parts)
                    .skip(1)
                    .map(MAX_AGE::matcher)
                    .filter(Matcher::matches)
                    .map(age -> Long.valueOf(age.group(1)))
                    .toList();
            byName.merge(name, new Cookies(attributes, ages), Cookies::and); // one name for two paths, say
        }
        return byName;
    }

    private String attribute(String attribute) {
        String[] parts = attribute.strip().toLowerCase(Locale.ROOT).split("=", 2);
        String value = parts.length < 2 ? "" : parts[1].strip();
        return switch (parts[0].strip()) {
            // A moment that differs with each reply; what counts is whether the cookie stays or goes.
            case "expires" -> CookieDate.isBefore(value, now) ? "removed" : "kept";
            case "max-age" -> value.startsWith("0") || value.startsWith("-") ? "removed" : "kept";
            case "domain" -> origins.isForeign(value) ? "" : "domain=" + value;
            case "path" ->
                "path="
                        + attribute
                                .strip()
                                .substring(attribute.strip().indexOf('=') + 1)
                                .strip();
            default -> value.isEmpty() ? parts[0].strip() : parts[0].strip() + "=" + value;
        };
    }
}
