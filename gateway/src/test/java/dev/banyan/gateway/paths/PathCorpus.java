package dev.banyan.gateway.paths;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Ways to write a path so that two servers may take it for different ones: what public lists of bypasses hold, put together
 * from its parts. Each technique of the lists of danielmiessler/SecLists (Fuzzing/403), lobuhi/byp4xx, iamj0ker/bypass-403 and
 * Dheerajmadhukar/4-ZERO-3 is among them, in words of our own: no line is taken from there. A character stands for a byte.
 */
public final class PathCorpus {

    /** What rules are about, and its neighbours. */
    private static final List<String> PATHS =
            List.of("/admin", "/admin/x", "/admin/", "/admin/public/a", "/administrator", "/x", "/login", "/x/y", "/");

    private static final List<String> SLASHES = List.of(
            "/",
            "//",
            "///",
            "/./",
            "/././",
            "/.//",
            "//./",
            "/x/../",
            "/x/./../",
            "/x//../",
            "/x/y/../../",
            "/../",
            "/;/",
            "/;a=b/",
            "/.;/",
            "/..;/",
            "/x/..;/",
            "/x/..;a=b/",
            "/x;a/../",
            "/%2e/",
            "/x/%2e%2e/",
            "/x/%2E./",
            "/x/.%2e/",
            "/x/%2e%2e;/",
            "/%2f",
            "/%2F",
            "%2f",
            "%2f%2f",
            "/%5c",
            "%5c",
            "\\",
            "/\\",
            "/x\\..\\",
            "/x/..\\",
            "/x%5c..%5c",
            "/x/..%2f",
            "/x/%2e%2e%2f",
            "/x/..%5c",
            "/%252f",
            "%252f",
            "/x/%252e%252e/",
            "/x/..%252f",
            "/%3b/",
            "/..%3b/",
            "/x/..%3b/",
            "/%c0%af",
            "%c0%af",
            "/%e0%80%af",
            "/x/%c0%ae%c0%ae/",
            "/%ef%bc%8f",
            "%ef%bc%8f",
            "/%u002f",
            "/x/%uff0e%uff0e/",
            "/%20/",
            "/ /",
            "/%09/",
            "/%00/",
            "/%0a/",
            "/~/",
            "/*/",
            "/.../",
            "/..../",
            "/x/.../../",
            "/%20/x/../",
            "/-/",
            "/%b0/",
            "//;//",
            "/..%3B/",
            "/x/..%3B/",
            "/x/..\\;/",
            "/;x=y/",
            "/.;/.;/",
            "/.;x/",
            "/%0d/",
            "/%25/",
            "/%23/",
            "/%3f/",
            "/%26/",
            "/%2e%2f",
            "/./%2e/",
            "/%2e;/",
            "/;%2f..%2f",
            "/x/;/../",
            "/x;/..;/");

    private static final List<String> ENDS = List.of(
            "",
            "/",
            "//",
            "/.",
            "/..",
            "/./",
            "/../",
            ".",
            "..",
            "...",
            ";",
            ";/",
            ";a=b",
            ";.css",
            ";jsessionid=1",
            "/;",
            "/;a=b",
            "/..;",
            "/..;/",
            "%2f",
            "%2F",
            "%5c",
            "\\",
            "%2e",
            "%2e%2e",
            "/%2e",
            "/%2e%2e",
            "/%2e/",
            "/%2e%2e/",
            "%20",
            "%20/",
            "%09",
            "%00",
            "%00.html",
            "%0a",
            "%0d%0a",
            "%7f",
            "%23",
            "#",
            "%3f",
            "?",
            "?x",
            "??",
            "%3b",
            "%3b/",
            "%26",
            "&",
            "~",
            "*",
            ".json",
            ".html",
            ".css",
            "/.css",
            "%2500",
            "%252f",
            "%253f",
            "%",
            "%2",
            "%zz",
            "%c0%ae",
            "%e2%80%a6",
            "%ef%bc%8f",
            "%ef%bc%8e",
            "%c2%a0",
            "%e2%80%8b",
            "\u00e9",
            "%c3%a9",
            "%e9",
            "::$DATA",
            "::$INDEX_ALLOCATION",
            "?id=1",
            "/?",
            "/??",
            "/?/",
            "/??/",
            "/#",
            "/#/",
            "/#/./",
            "/*",
            "//*",
            "/*/",
            "/-",
            "/~",
            "/&",
            "/%b0/",
            "/%c2%b0/",
            "/%20",
            "/%20/",
            "/%20%20/",
            "/%09",
            "/%09/",
            "/%0a",
            "/%0a/",
            "/%0d",
            "/%0d/",
            "/%23",
            "/%23/",
            "/%25",
            "/%25/",
            "/%26",
            "/%26/",
            "/%2f/",
            "/%3f",
            "/%3f/",
            "/.//",
            "//.",
            "//./",
            "..;",
            "..;/",
            "/..%3B/",
            "/..\\;/",
            "\\/\\/",
            "/;%2f..%2f..%2f",
            ";%09",
            ";%09..",
            ";%09..;",
            ";%2f..",
            "/.random",
            "/.svc",
            ".svc?wsdl",
            ".wadl",
            ".php",
            ".aspx",
            "/x/..",
            "/x/../",
            "/x/..;/",
            "/x/%2e%2e/");

    private PathCorpus() {}

    /** Every trick alone, at every place, and then pairs of tricks by chance, {@code count} in all. */
    public static List<String> paths(int count, long seed) {
        Set<String> paths = new LinkedHashSet<>();
        for (String path : PATHS) {
            for (String slash : SLASHES) {
                for (int at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
                    paths.add(path.substring(0, at) + slash + path.substring(at + 1));
                }
            }
            ENDS.forEach(end -> paths.add(path + end));
            for (int i = 1; i < path.length(); i++) {
                for (String spelling : spellings(path.charAt(i))) {
                    paths.add(path.substring(0, i) + spelling + path.substring(i + 1));
                }
            }
        }
        var random = new Random(seed);
        while (paths.size() < count) {
            paths.add(byChance(random));
        }
        List<String> all = new ArrayList<>(paths);
        all.removeIf(path -> !path.startsWith("/")); // of those a gateway sees none: they are no request target
        return all.subList(0, Math.min(count, all.size()));
    }

    private static List<String> spellings(char c) {
        String hex = "%%%02x".formatted((int) c);
        List<String> spellings =
                new ArrayList<>(List.of(hex, hex.toUpperCase(java.util.Locale.ROOT), "%25" + hex.substring(1)));
        if (Character.isLetter(c)) {
            int full = 0xff00 + (c - 0x20);
            spellings.add(String.valueOf(Character.toUpperCase(c)));
            spellings.add(
                    "%%%02x%%%02x%%%02x".formatted(0xe0 | full >> 12, 0x80 | (full >> 6 & 0x3f), 0x80 | (full & 0x3f)));
            spellings.add("%u00" + hex.substring(1));
            spellings.add(c + "%00");
            spellings.add(c + "%0d");
            spellings.add(c + "+");
        }
        return spellings;
    }

    private static String byChance(Random random) {
        String path = PATHS.get(random.nextInt(PATHS.size()));
        var text = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '/' && random.nextInt(3) > 0) {
                text.append(SLASHES.get(random.nextInt(SLASHES.size())));
            } else if (c != '/' && random.nextInt(12) == 0) {
                List<String> spellings = spellings(c);
                text.append(spellings.get(random.nextInt(spellings.size())));
            } else {
                text.append(c);
            }
        }
        if (random.nextInt(3) == 0) {
            text.append(ENDS.get(random.nextInt(ENDS.size())));
        }
        return text.toString();
    }
}
