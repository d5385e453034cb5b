package dev.banyan.gateway.framing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads HTTP/1.1 the way RFC 9112 says a sender must write it, and besides only line ends before a request, blanks behind its first
 * line, and targets that are not ASCII; it shares no code with the gateway. Bytes are characters of Latin-1.
 */
public final class StrictReader {

    private static final Pattern REQUEST_LINE =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\\x21-\\x7e\\x80-\\xff]+) HTTP/1\\.([01])[ \\t]*");
    private static final Pattern STATUS_LINE =
            Pattern.compile("HTTP/1\\.([01]) ([1-9][0-9]{2}) [\\t\\x20-\\x7e\\x80-\\xff]*");
    private static final Pattern FIELD =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*?)[ \\t]*");
    private static final Pattern CHUNK =
            Pattern.compile("0*([0-9A-Fa-f]{1,15})(?:[ \\t]*;[\\t\\x20-\\x7e\\x80-\\xff]*)?");
    private static final Pattern HOST = Pattern.compile("(?:[A-Za-z0-9._~-]+|\\[[A-Fa-f0-9:.]+])(?::[0-9]{0,5})?");

    /** How a text ended behind the messages that were whole. */
    public enum End {
        CLEAN,
        INCOMPLETE,
        MALFORMED
    }

    /**
     * One request, or one final reply.
     *
     * @param what method and target in origin form, or the status
     * @param body without its framing
     */
    public record Message(String what, String body) {}

    /**
     * What a text says.
     *
     * @param end what the rest of it is
     * @param consumed up to where the whole messages go
     */
    public record Reading(List<Message> whole, End end, int consumed) {}

    private final String text;
    private int at;

    private StrictReader(String text) {
        this.text = text;
    }

    /** Ends a reading: what follows is not there yet, or is not HTTP. */
    private static final class Stop extends Exception {
        private static final long serialVersionUID = 1;
        private final End end;

        Stop(End end) {
            super(null, null, false, false);
            this.end = end;
        }
    }

    /** Reads requests, one after the other. */
    public static Reading requests(String text) {
        return new StrictReader(text).all(List.of(), false, true);
    }

    /** Reads replies to requests of these methods; {@code closed} says that nothing follows any more. */
    public static Reading replies(String text, List<String> methods, boolean closed) {
        return new StrictReader(text).all(methods, closed, false);
    }

    private Reading all(List<String> methods, boolean closed, boolean requests) {
        List<Message> whole = new ArrayList<>();
        int consumed = 0;
        try {
            while (true) {
                if (requests) {
                    skipEmptyLines();
                }
                if (at == text.length()) {
                    return new Reading(whole, End.CLEAN, at);
                }
                String method = whole.size() < methods.size() ? methods.get(whole.size()) : "GET";
                Message next = requests ? request() : reply(method, closed);
                if (requests || !next.what().startsWith("1")) {
                    whole.add(next);
                }
                consumed = at;
            }
        } catch (Stop stop) {
            return new Reading(whole, stop.end, consumed);
        }
    }

    private void skipEmptyLines() {
        while (at < text.length() && (text.charAt(at) == '\r' || text.charAt(at) == '\n')) {
            at++;
        }
    }

    private Message request() throws Stop {
        Matcher line = line(REQUEST_LINE);
        List<String[]> head = fields();
        boolean http11 = line.group(3).equals("1");
        List<String> hosts = values(head, "host");
        check(hosts.size() == 1 || (hosts.isEmpty() && !http11));
        String host = hosts.isEmpty() ? "" : hosts.getFirst();
        check(hosts.isEmpty() || HOST.matcher(host).matches());
        String target = line.group(2);
        if (target.startsWith("http://") || target.startsWith("https://")) {
            String rest = target.substring(target.indexOf("//") + 2);
            String authority = rest.split("[/?]", 2)[0];
            String port = target.startsWith("https") ? "443" : "80";
            check(HOST.matcher(authority).matches() && withPort(authority, port).equals(withPort(host, port)));
            rest = rest.substring(authority.length());
            check(rest.isEmpty() || rest.startsWith("/") || rest.startsWith("?"));
            target = rest.startsWith("/") ? rest : "/" + rest;
        }
        target = ascii(target);
        check(target.startsWith("/") || (target.equals("*") && line.group(1).equals("OPTIONS")));
        return new Message(line.group(1) + " " + target, body(head, http11, "0"));
    }

    private static String withPort(String authority, String port) throws Stop {
        Matcher split = Pattern.compile("(.*?)(?::0*([0-9]*))?").matcher(authority.toLowerCase(Locale.ROOT));
        check(split.matches());
        String named = split.group(2);
        return split.group(1) + ":" + (named == null || named.isEmpty() ? port : named);
    }

    /** What is not ASCII, which no target should have, means the same as its percent form. */
    static String ascii(String target) {
        var text = new StringBuilder();
        target.chars().forEach(c -> text.append(c < 0x80 ? Character.toString(c) : "%%%02X".formatted(c)));
        return text.toString();
    }

    private Message reply(String method, boolean closed) throws Stop {
        Matcher line = line(STATUS_LINE);
        List<String[]> head = fields();
        String status = line.group(2);
        boolean bodiless =
                status.startsWith("1") || status.equals("204") || status.equals("304") || method.equals("HEAD");
        if (bodiless) {
            return new Message(status, "");
        }
        boolean framed = !values(head, "content-length").isEmpty()
                || !values(head, "transfer-encoding").isEmpty();
        if (framed) {
            return new Message(status, body(head, line.group(1).equals("1"), "0"));
        }
        if (!closed) {
            throw new Stop(End.INCOMPLETE);
        }
        String rest = text.substring(at);
        at = text.length();
        return new Message(status, rest);
    }

    private String body(List<String[]> head, boolean http11, String without) throws Stop {
        List<String> lengths = values(head, "content-length");
        List<String> encodings = values(head, "transfer-encoding");
        if (!encodings.isEmpty()) {
            check(http11 && lengths.isEmpty() && encodings.size() == 1);
            check(encodings.getFirst().equalsIgnoreCase("chunked"));
            return chunks();
        }
        check(lengths.size() <= 1);
        String length = lengths.isEmpty() ? without : lengths.getFirst();
        check(length.matches("[0-9]{1,18}"));
        return take(Long.parseLong(length));
    }

    private String chunks() throws Stop {
        var body = new StringBuilder();
        while (true) {
            long size = Long.parseLong(line(CHUNK).group(1), 16);
            if (size == 0) {
                fields();
                return body.toString();
            }
            body.append(take(size));
            check(text.startsWith("\r\n", at) || "\r\n".startsWith(text.substring(Math.min(at, text.length()))));
            take(2);
        }
    }

    private String take(long length) throws Stop {
        if (text.length() - at < length) {
            throw new Stop(End.INCOMPLETE);
        }
        String taken = text.substring(at, at + (int) length);
        at += (int) length;
        return taken;
    }

    /** Reads header lines and the empty one behind them. */
    private List<String[]> fields() throws Stop {
        List<String[]> all = new ArrayList<>();
        while (!text.startsWith("\r\n", at)) {
            Matcher field = line(FIELD);
            all.add(new String[] {field.group(1).toLowerCase(Locale.ROOT), field.group(2)});
        }
        at += 2;
        return all;
    }

    private Matcher line(Pattern pattern) throws Stop {
        int end = text.indexOf("\r\n", at);
        int feed = text.indexOf('\n', at);
        if (end < 0 || (feed >= 0 && feed < end)) {
            throw new Stop(feed >= 0 ? End.MALFORMED : End.INCOMPLETE);
        }
        Matcher line = pattern.matcher(text.substring(at, end));
        check(line.matches());
        at = end + 2;
        return line;
    }

    private static List<String> values(List<String[]> head, String name) {
        return head.stream()
                .filter(field -> field[0].equals(name))
                .map(field -> field[1])
                .toList();
    }

    private static void check(boolean holds) throws Stop {
        if (!holds) {
            throw new Stop(End.MALFORMED);
        }
    }
}
