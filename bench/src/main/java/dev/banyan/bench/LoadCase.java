package dev.banyan.bench;

import dev.banyan.bench.load.Ask;
import dev.banyan.bench.load.Content;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * One kind of request, asked again and again over {@code connections} connections, with {@code rules} rules in force. Over
 * HTTP/2 each connection has {@code streams} requests at a time; 0 is HTTP/1.1.
 */
record LoadCase(String name, String title, int rules, int connections, int streams, List<Ask> asks) {

    /** Answered with 16 bytes by every program that is ready. */
    static final String READY_PATH = "/r0/bytes/16";

    static final String HTTP2 = "http2";
    static final String OWN_CORE = "own-core";

    private static final int TINY = 16;
    private static final int KIB = 1024;
    private static final int CONNECTIONS = 32;
    private static final int HTTP2_CONNECTIONS = 8;
    private static final int HTTP2_STREAMS = 8;

    /** How many customers ask: enough that both sides of a cohort are met. */
    private static final int CUSTOMERS = 64;

    /** How many different requests are spread over a set of rules, so many also where there is one: who is asked the same again has it at hand. */
    private static final int REQUESTS = 4096;

    /** What browsers send, to make a request of 20 headers. */
    private static final List<String> BROWSER_HEADERS = List.of(
            "Accept-Encoding: gzip, deflate, br, zstd",
            "Accept-Language: en-GB,en;q=0.9,de;q=0.8",
            "Cache-Control: max-age=0",
            "Cookie: session=0f8fad5b-d9cb-469f-a165-70867728950e; theme=dark; consent=1",
            "DNT: 1",
            "If-Modified-Since: Mon, 23 Nov 2026 10:00:00 GMT",
            "If-None-Match: \"33a64df551425fcc55e4d42a148795d9f25f89d4\"",
            "Origin: http://localhost",
            "Priority: u=0, i",
            "Referer: http://localhost/catalog/boots",
            "Sec-Ch-Ua: \"Chromium\";v=\"142\", \"Not A Brand\";v=\"99\"",
            "Sec-Ch-Ua-Mobile: ?0",
            "Sec-Ch-Ua-Platform: \"Linux\"",
            "Sec-Fetch-Dest: document",
            "Sec-Fetch-Mode: navigate",
            "Sec-Fetch-Site: same-origin");

    /** Returns the cases that all peers can do with one rule. */
    static List<LoadCase> withOneRule() {
        return List.of(
                gets("tiny", "reply of 16 bytes", CONNECTIONS, TINY, Map.of()),
                gets("10k", "reply of 10 KiB", CONNECTIONS, 10 * KIB, Map.of()),
                gets("1m", "reply of 1 MiB", 8, KIB * KIB, Map.of()),
                posts("post10k", "POST of 10 KiB, reply of 16 bytes", 10 * KIB),
                gets("headers20", "request with 20 headers, reply of 16 bytes", CONNECTIONS, TINY, browser()),
                gets("conns1000", "reply of 16 bytes over 1,000 connections", 1_000, TINY, Map.of()));
    }

    /** Returns the case with {@code rules} rules (at most {@code actual} of them): requests are spread over all rules. */
    static LoadCase withRules(int rules, int actual) {
        var title = String.format(
                java.util.Locale.ROOT,
                "%,d rule%s, requests spread over them, reply of 16 bytes",
                actual,
                actual == 1 ? "" : "s");
        var order = new Random(1);
        var asks = IntStream.range(0, REQUESTS)
                .mapToObj(number -> Ask.get(
                        "/r" + order.nextInt(actual) + "/" + number + "/bytes/" + TINY,
                        headers(number % CUSTOMERS, Map.of()),
                        TINY))
                .toList();
        return new LoadCase("rules" + rules, title, actual, CONNECTIONS, 0, asks);
    }

    /** Returns it under another name. */
    LoadCase named(String other) {
        return new LoadCase(other, title, rules, connections, streams, asks);
    }

    /** Returns the case in which the gateway mirrors each request. */
    static LoadCase mirrored() {
        return gets("mirror", "every request mirrored, reply of 16 bytes", CONNECTIONS, TINY, Map.of());
    }

    /** Returns the same requests to a route like that one, of which the gateway mirrors none. */
    static LoadCase unmirrored() {
        var asks = IntStream.range(0, CUSTOMERS)
                .mapToObj(number -> Ask.get("/plain/bytes/" + TINY, headers(number, Map.of()), TINY))
                .toList();
        return new LoadCase("plain", "no request mirrored, reply of 16 bytes", 1, CONNECTIONS, 0, asks);
    }

    /** Returns the tiny requests to programs that each have a core of their own. */
    static LoadCase ownCore() {
        var title = "reply of 16 bytes, the proxy alone on one core, upstream and load on the others";
        return gets(OWN_CORE, title, CONNECTIONS, TINY, Map.of());
    }

    /** Returns the tiny requests over HTTP/2; the upstream is asked by HTTP/1.1 all the same. */
    static LoadCase http2() {
        var title = "HTTP/2 in front, prior knowledge h2c, " + HTTP2_CONNECTIONS + " connections of " + HTTP2_STREAMS
                + " streams, reply of 16 bytes";
        var tiny = gets(HTTP2, title, HTTP2_CONNECTIONS, TINY, Map.of());
        return new LoadCase(HTTP2, title, tiny.rules, tiny.connections, HTTP2_STREAMS, tiny.asks);
    }

    /** Returns what a connection that then lies idle asks. */
    static Ask tinyAsk() {
        return Ask.get(path(TINY), headers(0, Map.of()), TINY);
    }

    private static LoadCase gets(String name, String title, int connections, int replyBytes, Map<String, String> more) {
        var asks = IntStream.range(0, CUSTOMERS)
                .mapToObj(number -> Ask.get(path(replyBytes), headers(number, more), replyBytes))
                .toList();
        return new LoadCase(name, title, 1, connections, 0, asks);
    }

    private static LoadCase posts(String name, String title, int bodyBytes) {
        var body = java.util.Arrays.copyOf(new Content().block(0), bodyBytes);
        var asks = new ArrayList<Ask>();
        for (var customer = 0; customer < CUSTOMERS; customer++) {
            asks.add(Ask.post(path(TINY), headers(customer, Map.of()), body, TINY));
        }
        return new LoadCase(name, title, 1, CONNECTIONS, 0, asks);
    }

    private static String path(int replyBytes) {
        return "/r0/bytes/" + replyBytes;
    }

    private static Map<String, String> browser() {
        var headers = new LinkedHashMap<String, String>();
        BROWSER_HEADERS.forEach(header -> headers.put(
                header.substring(0, header.indexOf(':')),
                header.substring(header.indexOf(':') + 1).trim()));
        return headers;
    }

    private static Map<String, String> headers(int customer, Map<String, String> more) {
        var headers = new LinkedHashMap<String, String>();
        headers.put("User-Agent", "bench");
        headers.put("Accept", "*/*");
        headers.put("X-Customer-Id", "customer-" + customer);
        headers.putAll(more);
        return headers;
    }
}
