package dev.banyan.gateway.http;

import dev.banyan.rules.Backend;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Cookies that rules call a backend's own: no other is sent them, and none of another's is taken from a reply. */
public final class OwnCookies {

    private final Map<String, Set<String>> foreignByBackend;

    private OwnCookies(Map<String, Set<String>> foreignByBackend) {
        this.foreignByBackend = foreignByBackend;
    }

    /** Returns what {@code backends} say of theirs. */
    public static OwnCookies of(Collection<Backend> backends) {
        Set<String> all =
                backends.stream().flatMap(each -> each.cookies().stream()).collect(Collectors.toSet());
        var foreign = new HashMap<String, Set<String>>();
        for (Backend each : backends) {
            var others = new HashSet<>(all);
            others.removeAll(each.cookies());
            foreign.put(each.name(), Set.copyOf(others));
        }
        return new OwnCookies(Map.copyOf(foreign));
    }

    /** Returns the names of cookies that {@code backend} has nothing to do with; none for most rules. */
    public Set<String> foreignTo(String backend) {
        return foreignByBackend.getOrDefault(backend, Set.of());
    }

    /** Takes the {@code foreign} ones out of a request's head; all else stays as it was written. */
    public static void removeFromRequest(HttpHeaders head, Set<String> foreign) {
        if (foreign.isEmpty() || !head.contains(HttpHeaderNames.COOKIE)) {
            return;
        }
        List<String> before = head.getAll(HttpHeaderNames.COOKIE);
        List<String> after = before.stream()
                .map(line -> without(line, foreign))
                .filter(line -> !line.isEmpty())
                .toList();
        if (!after.equals(before)) {
            head.remove(HttpHeaderNames.COOKIE).add(HttpHeaderNames.COOKIE, after);
        }
    }

    /** Takes the {@code foreign} ones out of a reply's head. */
    public static void removeFromReply(HttpHeaders head, Set<String> foreign) {
        if (foreign.isEmpty() || !head.contains(HttpHeaderNames.SET_COOKIE)) {
            return;
        }
        List<String> before = head.getAll(HttpHeaderNames.SET_COOKIE);
        List<String> after = before.stream()
                .filter(cookie -> !foreign.contains(name(cookie)))
                .toList();
        if (after.size() < before.size()) {
            head.remove(HttpHeaderNames.SET_COOKIE).add(HttpHeaderNames.SET_COOKIE, after);
        }
    }

    private static String without(String line, Set<String> foreign) {
        String[] cookies = line.split(";", -1);
        return Stream.of(cookies).map(OwnCookies::name).noneMatch(foreign::contains)
                ? line
                : Stream.of(cookies)
                        .filter(cookie -> !foreign.contains(name(cookie)))
                        .collect(Collectors.joining(";"))
                        .strip();
    }

    /** Returns what stands before the {@code =} of {@code a=1} and of {@code a=1; Path=/}. */
    private static String name(String cookie) {
        int end = cookie.indexOf(';');
        int equals = cookie.indexOf('=');
        int until = equals >= 0 && (end < 0 || equals < end) ? equals : end < 0 ? cookie.length() : end;
        return cookie.substring(0, until).strip();
    }
}
