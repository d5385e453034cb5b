package dev.banyan.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A browser and the cookie that keeps it on one side, while the weight is edited. */
@ParameterizedClass
@EnumSource(Way.class)
class CohortCookieTest {

    @Parameter
    Way way;

    private static final Pattern COOKIE =
            Pattern.compile("(?i)\r\nset-cookie: (who=[^;]+); Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax\r\n");
    private static final String PAGE = "Accept: text/html\r\n";

    /** What shared caches obey before {@code Cache-Control}. */
    private static final List<String> OF_SHARED_CACHES = List.of(
            "cdn-cache-control: max-age=600\r\n",
            "cloudflare-cdn-cache-control: max-age=600\r\n",
            "edge-control: max-age=600\r\n",
            "surrogate-control: max-age=600\r\n",
            "x-accel-expires: 600\r\n");

    @TempDir
    static Path folder;

    private static ScriptedServer legacy;
    private static ScriptedServer candidate;
    private static TestGateway gateway;

    @BeforeParameterizedClassInvocation
    static void start(Way way) throws Exception {
        TestGateway.take(way);
        legacy = new ScriptedServer("legacy");
        candidate = new ScriptedServer("candidate");
        legacy.reply("/public", "HTTP/1.1 200 OK\r\nCache-Control: public, max-age=60\r\nContent-Length: 2\r\n\r\nok");
        String cached = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n" + String.join("", OF_SHARED_CACHES)
                + "Content-Length: 2\r\n\r\nok";
        legacy.reply("/cached", cached);
        candidate.reply("/whole", cached);
        gateway = TestGateway.start(folder, rules(20));
    }

    private static String rules(int percent) {
        return """
                backends:
                  - {name: legacy, url: "%s", baseline: true}
                  - {name: new, url: "%s"}
                cohorts:
                  - {name: people, key: [{generateCookie: who}], salt: test}
                routes:
                  - {name: whole, matches: [{path: {value: /whole}}], candidate: new, stage: complete}
                  - {name: all, matches: [{path: {type: PathPrefix, value: /}}], candidate: new, cohort: people, stage: live, weight: %d%%}
                """.formatted(legacy.url(), candidate.url(), percent);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        gateway.close();
        candidate.close();
        legacy.close();
    }

    @Test
    void aBrowserStaysOnItsSideAndMovesOnlyForwardAsTheWeightIsRaised() throws Exception {
        List<String> browsers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            browsers.add(firstVisit());
        }
        assertThat(browsers).doesNotHaveDuplicates();
        Set<String> moved = new HashSet<>();
        for (int percent : new int[] {20, 40, 70, 100}) {
            putInForce(percent);
            Set<String> now = onCandidate(browsers);
            assertThat(now).as("at %d%%", percent).containsAll(moved);
            assertThat(onCandidate(browsers)).as("asked again at %d%%", percent).isEqualTo(now);
            moved = now;
        }
        assertThat(moved).hasSize(60);
        putInForce(0);
        assertThat(onCandidate(browsers)).isEmpty();
        putInForce(20);
        assertThat(onCandidate(browsers)).isNotEmpty().hasSizeLessThan(40);
    }

    private static void putInForce(int percent) throws Exception {
        gateway.save(rules(percent));
        gateway.gateway().rules().reload();
        assertThat(gateway.route("all").path("weight").asInt()).isEqualTo(percent * 100);
    }

    /** Returns the cookie of a browser that comes without one; that first page is the baseline's. */
    private static String firstVisit() throws IOException {
        String reply = get("/", PAGE);
        assertThat(reply).endsWith("legacy");
        Matcher cookie = COOKIE.matcher(reply);
        assertThat(cookie.find()).as(reply).isTrue();
        return cookie.group(1);
    }

    private static Set<String> onCandidate(List<String> browsers) throws IOException {
        Set<String> found = new HashSet<>();
        for (String browser : browsers) {
            String reply = get("/", PAGE + "Cookie: a=b; " + browser + "\r\n");
            assertThat(reply).doesNotContainIgnoringCase("set-cookie");
            if (reply.endsWith("candidate")) {
                found.add(browser);
            }
        }
        return found;
    }

    @Test
    void onlyOpeningAPageGetsACookie() throws Exception {
        assertThat(get("/api", "Accept: application/json\r\n")).doesNotContainIgnoringCase("set-cookie");
        assertThat(get("/api", "Accept: text/html\r\nSec-Fetch-Mode: cors\r\n"))
                .doesNotContainIgnoringCase("set-cookie");
        assertThat(gateway.ask("POST / HTTP/1.1\r\nHost: a\r\n" + PAGE + "Content-Length: 0\r\n\r\n"))
                .doesNotContainIgnoringCase("set-cookie");
        assertThat(get("/", "Sec-Fetch-Mode: navigate\r\n")).containsPattern(COOKIE);
    }

    @Test
    void noSharedCacheMayKeepAReplyOfASplitRoute() throws Exception {
        assertThat(get("/public", ""))
                .containsIgnoringCase("cache-control: private, max-age=60\r\n")
                .doesNotContainIgnoringCase("public");
        assertThat(get("/", "")).containsIgnoringCase("cache-control: private\r\n");
    }

    /** Whole routes' replies are everybody's. */
    @Test
    void whatSharedCachesObeyBeforeThatIsNotThereOnASplitRoute() throws Exception {
        assertThat(get("/cached", ""))
                .endsWith("ok")
                .containsIgnoringCase("cache-control: private, max-age=60\r\n")
                .doesNotContainIgnoringCase("600");
        assertThat(get("/whole", "").toLowerCase(Locale.ROOT)).contains(OF_SHARED_CACHES);
    }

    private static String get(String target, String headers) throws IOException {
        return gateway.ask("GET " + target + " HTTP/1.1\r\nHost: shop.test\r\n" + headers + "\r\n");
    }
}
