package com.fennimore.shop;

import static com.fennimore.shop.Browser.all;
import static com.fennimore.shop.Browser.encode;
import static com.fennimore.shop.Browser.location;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The whole shop from outside: pages, JSON, streams, sockets, back office. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShopTest {

    private static final String KEY = "shop-mobile-1";

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate jdbc;

    private Browser browser;
    private Browser admin;

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry properties) {
        String url = TestDatabases.empty("shop");
        properties.add("spring.datasource.url", () -> url);
        properties.add("size", () -> "small");
        properties.add("seed", () -> "42");
    }

    /** Products of which every field is known; all of them have the word Testware in their names. */
    @BeforeAll
    void stock() throws IOException, InterruptedException {
        jdbc.execute("""
                INSERT INTO prd_mst (prd_no, prd_nm, prd_txt, cat_cd, sts_cd, del_yn, wgt_g) VALUES
                ('T1', ' Testware 100%_ <b> & ''x''', NULL, 'TOO', 'A', 'N', NULL),
                ('T2', 'Testware on sale', 'Text', 'TOO', 'N', 'N', 120),
                ('T3', 'Testware discontinued', 'Text', 'TOO', 'I', 'N', 1),
                ('T4', 'Testware deleted', 'Text', 'TOO', 'A', 'Y', 1),
                ('T5', 'Testware without price', 'Text', 'TOO', 'A', 'N', 1),
                ('T6', 'Testware in no group', 'Text', NULL, 'A', 'N', 1),
                ('T7', 'Testware in a lost group', 'Text', 'QQQ', 'A', 'N', 1),
                ('T8', 'Testware to renumber', 'Text', 'TOO', 'A', 'N', 1),
                ('T9', 'Testware to reprice', 'Text', 'TOO', 'A', 'N', 1)
                """);
        jdbc.execute("""
                INSERT INTO prd_prc (prd_no, prc_typ, amt, act_yn) VALUES
                ('T1', 'R', 12.9, 'Y'), ('T1', 'S', 1, 'N'), ('T2', 'R', 10, 'Y'), ('T2', 'S', 7.5, 'Y'), ('T3', 'R', 1, 'Y'),
                ('T4', 'R', 1, 'Y'), ('T5', 'S', 1, 'Y'), ('T6', 'R', 1, 'Y'), ('T7', 'R', 1, 'Y'), ('T8', 'R', 1, 'Y'), ('T9', 'R', 1, 'Y')
                """);
        jdbc.execute("""
                INSERT INTO stk_lvl (prd_no, whs_cd, qty_hand, qty_rsv) VALUES
                ('T2', 'HH', 10, 3), ('T2', 'LE', 5, 0), ('T3', 'HH', 1, 5), ('T8', 'HH', 9, 0)
                """);
        admin = new Browser(port);
        assertThat(location(admin.login("admin", "admin"))).isEqualTo(admin.base() + "/backoffice");
    }

    @AfterAll
    void closeAdmin() {
        admin.close();
    }

    @BeforeEach
    void open() {
        browser = new Browser(port);
    }

    @AfterEach
    void close() {
        browser.close();
    }

    @Test
    void theFrontDoorRedirectsAbsolutely() throws Exception {
        HttpResponse<String> home = browser.get("/");

        assertThat(home.statusCode()).isEqualTo(302);
        assertThat(location(home)).isEqualTo(browser.base() + "/catalog");
    }

    @Test
    void theCatalogueIsPagedAndOrderedByNumber() throws Exception {
        List<String> listed = jdbc.queryForList(
                "SELECT prd_no FROM prd_mst m JOIN prd_prc p USING (prd_no) WHERE prc_typ = 'R' AND del_yn = 'N'"
                        + " AND sts_cd IN ('A', 'N') ORDER BY prd_no COLLATE \"C\"",
                String.class);
        String first = browser.get("/catalog").body();
        String next = all(first, "<a rel=\"next\" href=\"([^\"]+)\"").getFirst();

        assertThat(skus(first)).isEqualTo(listed.subList(0, 20));
        assertThat(skus(browser.get(next.replace("&amp;", "&")).body())).isEqualTo(listed.subList(20, 40));
        assertThat(all(first, "class=\"total\">(\\d+)<")).containsExactly(String.valueOf(listed.size()));
        assertThat(first).doesNotContain("rel=\"prev\"");
        assertThat(skus(browser.get("/catalog?page=nonsense").body())).isEqualTo(listed.subList(0, 20));
        assertThat(skus(browser.get("/catalog?page=-3").body())).isEqualTo(listed.subList(0, 20));
        assertThat(skus(browser.get("/catalog?page=99999").body())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            tESTWARE on             | ''  | T2
            100%                    | ''  | T1
            Testware%sale           | ''  | ''
            Testware_on             | ''  | ''
            Testware \\             | ''  | ''
            Testware                | TOO | T1 T2 T8 T9
            Testware                | QQQ | T7
            Testware                | too | ''
            """, delimiter = '|')
    void searchTakesThePartOfANameAndTheCodeOfAGroup(String q, String cat, String found) throws Exception {
        String query = "q=" + encode(q) + "&cat=" + cat;

        assertThat(String.join(" ", skus(browser.get("/catalog?" + query).body())))
                .isEqualTo(found);
        assertThat(String.join(" ", all(browser.get("/api/catalog?" + query).body(), "\"sku\":\"([^\"]+)\"")))
                .isEqualTo(found);
    }

    @Test
    void namesAreShownVerbatimAndHarmless() throws Exception {
        String page = browser.get("/catalog/T1").body();

        assertThat(page).contains("<h1> Testware 100%_ &lt;b&gt; &amp; &#39;x&#39;</h1>", "href=\"/buy/T1\"");
        assertThat(all(page, "class=\"price\">([^<]+)<")).containsExactly("12.90 EUR");
        assertThat(all(page, "class=\"available\">([^<]+)<")).containsExactly("0");
    }

    @ParameterizedTest
    @CsvSource({"T2, 200", "T3, 200", "T4, 404", "T5, 404", "NONE, 404", "%00, 400"})
    void whatMayNotBeShownIsNotFound(String sku, int status) throws Exception {
        assertThat(browser.get("/catalog/" + sku).statusCode()).isEqualTo(status);
        assertThat(browser.get("/api/catalog/" + sku).statusCode()).isEqualTo(status);
    }

    @Test
    void aDiscontinuedProductIsShownButNotSold() throws Exception {
        assertThat(browser.get("/catalog/T3").body()).contains("No longer sold").doesNotContain("/buy/T3");
        assertThat(browser.get("/buy/T3").statusCode()).isEqualTo(404);
    }

    @Test
    void aCustomerBuysLooksAtHisOrderAndLeaves() throws Exception {
        HttpResponse<String> added = browser.submit("/buy/T2", "/basket/add", Map.of("sku", "T2", "qty", "2"));
        assertThat(location(added)).isEqualTo(browser.base() + "/basket");
        browser.submit("/buy/P000001", "/basket/add", Map.of("sku", "P000001"));
        browser.submit("/basket", "/basket/update", Map.of("qty_T2", "3", "qty_P000001", "0"));
        String basket = browser.get("/basket").body();
        assertThat(all(basket, "class=\"line\" data-sku=\"([^\"]+)\"")).containsExactly("T2");
        assertThat(all(basket, "id=\"total\">([^<]+)<")).containsExactly("22.50");

        assertThat(location(browser.get("/checkout"))).isEqualTo(browser.base() + "/login");
        assertThat(location(browser.login("cust000001", "wrong"))).isEqualTo(browser.base() + "/login?error");
        assertThat(browser.get("/login?error").body()).contains("Name or password is wrong.");
        assertThat(location(browser.login("cust000001", "shop"))).startsWith(browser.base() + "/checkout");

        HttpResponse<String> ordered =
                browser.submit("/checkout", "/checkout", Map.of("payment", "I", "remark", "<i>gift</i>"));
        String order = all(location(ordered), "/orders/(\\d+)$").getFirst();
        String page = browser.get("/orders/" + order).body();
        assertThat(all(page, "class=\"n total\">([^<]+)<")).containsExactly("22.50 EUR");
        assertThat(page).contains("&lt;i&gt;gift&lt;/i&gt;", "id=\"user\">cust000001<");
        assertThat(browser.get("/orders").body()).contains("data-order=\"" + order + "\"");
        assertThat(location(browser.get("/checkout")))
                .as("the basket is empty now")
                .isEqualTo(browser.base() + "/basket");

        HttpResponse<String> invoice = browser.get("/orders/" + order + "/invoice");
        assertThat(invoice.headers().firstValue("Content-Type")).hasValue("application/pdf");
        assertThat(invoice.headers().firstValue("Content-Disposition"))
                .hasValue("attachment; filename=\"invoice-" + order + ".pdf\"");
        assertThat(invoice.body())
                .startsWith("%PDF-1.4")
                .contains("Total 22.50 EUR")
                .endsWith("%%EOF\n");
        assertThat(all(invoice.body(), "Invoice (\\d+)"))
                .isEqualTo(all(browser.get("/orders/" + order + "/invoice").body(), "Invoice (\\d+)"));

        assertThat(location(browser.submit("/orders", "/logout", Map.of()))).isEqualTo(browser.base() + "/catalog");
        assertThat(location(browser.get("/orders"))).isEqualTo(browser.base() + "/login");
    }

    @Test
    void somebodyElsesOrderDoesNotExist() throws Exception {
        long order = place(1, "");
        browser.login("cust000002", "shop");

        assertThat(browser.get("/orders/" + order).statusCode()).isEqualTo(404);
        assertThat(browser.get("/orders/" + order + "/invoice").statusCode()).isEqualTo(404);
        assertThat(browser.get("/orders/x").statusCode()).isEqualTo(400);
    }

    @Test
    void aFormWithoutItsTokenIsRefused() throws Exception {
        browser.get("/buy/T2");

        assertThat(browser.post("/basket/add", Map.of("sku", "T2")).statusCode())
                .isEqualTo(403);
        assertThat(browser.post("/login", Map.of("user", "admin", "password", "admin"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(browser.get("/basket").body()).contains("Your basket is empty.");
    }

    @ParameterizedTest
    @CsvSource({"0, 400", "100, 400", "-1, 400", "x, 400", "1, 302", "99, 302"})
    void aQuantityIsFromOneTo99(String qty, int status) throws Exception {
        assertThat(browser.submit("/buy/T2", "/basket/add", Map.of("sku", "T2", "qty", qty))
                        .statusCode())
                .isEqualTo(status);
    }

    @Test
    void theJsonOfAListHasExactlyTheseFields() throws Exception {
        HttpResponse<String> found = browser.get("/api/catalog?q=Testware&cat=TOO&size=2");

        assertThat(found.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(found.body())
                .isEqualTo("{\"page\":1,\"size\":2,\"total\":4,\"items\":["
                        + "{\"sku\":\"T1\",\"name\":\" Testware 100%_ <b> & 'x'\",\"category\":{\"code\":\"TOO\",\"name\":\"Tools\"},"
                        + "\"price\":{\"amount\":\"12.90\",\"currency\":\"EUR\"},\"available\":0},"
                        + "{\"sku\":\"T2\",\"name\":\"Testware on sale\",\"category\":{\"code\":\"TOO\",\"name\":\"Tools\"},"
                        + "\"price\":{\"amount\":\"7.50\",\"currency\":\"EUR\"},\"available\":"
                        + jdbc.queryForObject(
                                "SELECT SUM(qty_hand - qty_rsv) FROM stk_lvl WHERE prd_no = 'T2'", Long.class)
                        + "}]}");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            size=0     | 1  | 1
            size=1000  | 1  | 100
            size=x     | 1  | 20
            page=0     | 1  | 20
            page=x     | 1  | 20
            page=9999  | 9999 | 20
            page=2&size=3 | 2 | 3
            """, delimiter = '|')
    void oddPagesAndSizesBecomeUsefulOnes(String query, int page, int size) throws Exception {
        assertThat(browser.get("/api/catalog?" + query).body())
                .startsWith("{\"page\":" + page + ",\"size\":" + size + ",\"total\":");
    }

    @Test
    void theJsonOfAProductHasExactlyTheseFields() throws Exception {
        assertThat(browser.get("/api/catalog/T1").body())
                .isEqualTo("{\"sku\":\"T1\",\"name\":\" Testware 100%_ <b> & 'x'\",\"description\":null,"
                        + "\"category\":{\"code\":\"TOO\",\"name\":\"Tools\"},\"price\":{\"amount\":\"12.90\",\"currency\":\"EUR\"},"
                        + "\"regularPrice\":{\"amount\":\"12.90\",\"currency\":\"EUR\"},\"onSale\":false,\"available\":0,"
                        + "\"weightGrams\":null,\"status\":\"active\"}");
        assertThat(browser.get("/api/catalog/T3").body())
                .isEqualTo("{\"sku\":\"T3\",\"name\":\"Testware discontinued\",\"description\":\"Text\","
                        + "\"category\":{\"code\":\"TOO\",\"name\":\"Tools\"},\"price\":{\"amount\":\"1.00\",\"currency\":\"EUR\"},"
                        + "\"regularPrice\":{\"amount\":\"1.00\",\"currency\":\"EUR\"},\"onSale\":false,\"available\":0,"
                        + "\"weightGrams\":1,\"status\":\"discontinued\"}");
        assertThat(browser.get("/api/catalog/T2").body())
                .contains(
                        "\"price\":{\"amount\":\"7.50\",\"currency\":\"EUR\"},\"regularPrice\":{\"amount\":\"10.00\",\"currency\":\"EUR\"},\"onSale\":true,",
                        "\"weightGrams\":120,\"status\":\"new\"}");
        assertThat(browser.get("/api/catalog/T6").body()).contains("\"category\":null,");
        assertThat(browser.get("/api/catalog/T7").body()).contains("\"category\":{\"code\":\"QQQ\",\"name\":null},");
        assertThat(browser.get("/api/catalog/NONE").body()).isEqualTo("{\"error\":\"not found\",\"sku\":\"NONE\"}");
    }

    @Test
    void theJsonOfAnOrderHasExactlyTheseFields() throws Exception {
        HttpResponse<String> placed = browser.api(
                "POST",
                "/api/orders",
                KEY,
                "{\"customerId\":1,\"ref\":\"r-1\",\"payment\":\"C\",\"lines\":[{\"sku\":\"T6\",\"qty\":2},{\"sku\":\"T1\"}]}");
        assertThat(placed.statusCode()).isEqualTo(201);
        String no = all(placed.body(), "^\\{\"orderNo\":(\\d+)}$").getFirst();
        String placedAt = jdbc.queryForObject(
                "SELECT to_char(ord_ts, 'YYYY-MM-DD\"T\"HH24:MI:SS') FROM ord_hdr WHERE ord_no = ?",
                String.class,
                Long.valueOf(no));

        assertThat(browser.api("GET", "/api/orders/" + no, KEY, "").body())
                .isEqualTo(
                        "{\"orderNo\":" + no + ",\"customerId\":1,\"ref\":\"r-1\",\"placedAt\":\"" + placedAt
                                + "\",\"status\":\"N\",\"payment\":\"C\",\"total\":{\"amount\":\"14.90\",\"currency\":\"EUR\"},"
                                + "\"shippedAt\":null,\"lines\":["
                                + "{\"position\":1,\"sku\":\"T6\",\"name\":\"Testware in no group\",\"qty\":2,\"unitPrice\":\"1.00\"},"
                                + "{\"position\":2,\"sku\":\"T1\",\"name\":\" Testware 100%_ <b> & 'x'\",\"qty\":1,\"unitPrice\":\"12.90\"}]}");
    }

    @Test
    void theSameReferenceTwiceIsTwoOrders() throws Exception {
        String json = "{\"customerId\":1,\"ref\":\"twice\",\"lines\":[{\"sku\":\"T1\",\"qty\":1}]}";
        browser.api("POST", "/api/orders", KEY, json);
        browser.api("POST", "/api/orders", KEY, json);

        assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM ord_hdr WHERE ext_ref = 'twice'", Long.class))
                .isEqualTo(2);
    }

    @Test
    void ordersOfTheSameProductsAtTheSameTimeAllGoThroughAndReserveEach() throws Exception {
        String sql = "SELECT SUM(qty_rsv) FROM stk_lvl WHERE prd_no IN ('P000011', 'P000012')";
        Long before = jdbc.queryForObject(sql, Long.class);
        List<Callable<Integer>> orders = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String lines = i % 2 == 0
                    ? "[{\"sku\":\"P000011\"},{\"sku\":\"P000012\"}]"
                    : "[{\"sku\":\"P000012\"},{\"sku\":\"P000011\"}]";
            String json = "{\"customerId\":4,\"lines\":" + lines + "}";
            orders.add(() -> browser.api("POST", "/api/orders", KEY, json).statusCode());
        }

        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> reply : many.invokeAll(orders)) {
                statuses.add(reply.get());
            }
        }

        assertThat(statuses).hasSize(40).containsOnly(201);
        assertThat(jdbc.queryForObject(sql, Long.class)).isEqualTo(before + 80);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/orders/1001, ''",
        "GET, /api/orders/1001, wrong",
        "POST, /api/orders, ''",
        "POST, /api/orders/1001/status, ''",
        "PUT, /api/products/T1/price, ''",
        "POST, /api/catalog, ''"
    })
    void withoutItsKeyTheAppIsNobody(String method, String path, String key) throws Exception {
        HttpResponse<String> reply = browser.api(method, path, key, "{}");

        assertThat(reply.statusCode()).isEqualTo(401);
        assertThat(reply.body()).isEqualTo("{\"error\":\"unauthorized\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            POST | /api/orders             | {"lines":[{"sku":"T1"}]}                             | 400 | customerId: missing
            POST | /api/orders             | {"customerId":1}                                     | 400 | lines: missing
            POST | /api/orders             | {"customerId":1,"lines":[]}                          | 400 | lines: 0 (expected: 1..50)
            POST | /api/orders             | {"customerId":1,"lines":[null]}                      | 400 | lines: a line without sku
            POST | /api/orders             | {"customerId":1,"lines":[{"sku":"T1","qty":0}]}      | 400 | qty: 0 (expected: 1..99)
            POST | /api/orders             | {"customerId":1,"lines":[{"sku":"NONE"}]}            | 400 | unknown sku
            POST | /api/orders             | {"customerId":1,"lines":[{"sku":"T3"}]}              | 400 | no longer sold
            POST | /api/orders             | {"customerId":99999,"lines":[{"sku":"T1"}]}          | 400 | unknown customer 99999
            POST | /api/orders             | {"customerId":1,"payment":"Z","lines":[{"sku":"T1"}]} | 400 | payment: Z (expected: I, C or P)
            POST | /api/orders             | {"customerId":1,"ref":"\\u0000","lines":[{"sku":"T1"}]} | 400 | ref: up to 40 characters
            POST | /api/orders             | {"customerId":1,"lines":[{"sku":"\\ud800"}]}          | 400 | unknown sku
            POST | /api/orders             | {"customerId":1.5,"lines":[{"sku":"T1"}]}            | 400 | body: not the JSON expected here
            POST | /api/orders             | {"customerId":                                       | 400 | body: not the JSON expected here
            POST | /api/orders             | null                                                 | 400 | body: not the JSON expected here
            GET  | /api/orders/1           |                                                      | 404 | not found
            GET  | /api/orders/x           |                                                      | 400 | no: not a number
            POST | /api/orders/1/status    | {"status":"P"}                                       | 404 | not found
            POST | /api/orders/1001/status | {"status":"Q"}                                       | 400 | status: Q (expected: N, P, S, D or X)
            POST | /api/orders/1001/status | {}                                                   | 400 | status: null (expected: N, P, S, D or X)
            PUT  | /api/products/NONE/price | {"amount":"1.00"}                                   | 404 | not found
            PUT  | /api/products/T1/price  | {"amount":"1.005"}                                   | 400 | amount: 0.01 to 99999.99, two decimals
            PUT  | /api/products/T1/price  | {"amount":"0"}                                       | 400 | amount: 0.01 to 99999.99, two decimals
            PUT  | /api/products/T1/price  | {"amount":"1e99999999"}                              | 400 | amount: 0.01 to 99999.99, two decimals
            PUT  | /api/products/T1/price  | {}                                                   | 400 | amount: 0.01 to 99999.99, two decimals
            DELETE | /api/products/T1/price |                                                     | 405 | method not allowed
            GET  | /api/nothing            |                                                      | 404 | not found
            """)
    void whatTheAppCannotHaveIsSaidInOneLine(String method, String path, String json, int status, String error)
            throws Exception {
        HttpResponse<String> reply = browser.api(method, path, KEY, json == null ? "" : json);

        assertThat(reply.statusCode()).isEqualTo(status);
        assertThat(reply.body()).startsWith("{\"error\":\"" + error + "\"");
    }

    @Test
    void aStatusMovesForwardOnlyAndStayingIsNoChange() throws Exception {
        long order = place(1, ",\"payment\":\"C\"");

        assertThat(status(order, "S").body()).isEqualTo("{\"error\":\"status N -> S not allowed\"}");
        assertThat(status(order, "S").statusCode()).isEqualTo(409);
        assertThat(status(order, "P").body()).isEqualTo("{\"orderNo\":" + order + ",\"status\":\"P\"}");
        assertThat(status(order, "P").statusCode()).isEqualTo(200);
        assertThat(status(order, "S").statusCode()).isEqualTo(200);
        assertThat(status(order, "D").statusCode()).isEqualTo(200);
        assertThat(status(order, "X").statusCode()).isEqualTo(409);
        assertThat(browser.api("GET", "/api/orders/" + order, KEY, "").body())
                .contains("\"status\":\"D\"")
                .doesNotContain("\"shippedAt\":null");
        assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM pay_log WHERE ord_no = ?", Long.class, order))
                .isEqualTo(1);
    }

    @Test
    void theAppChangesTheRegularPrice() throws Exception {
        assertThat(browser.api("PUT", "/api/products/T9/price", KEY, "{\"amount\":\"3.5\"}")
                        .body())
                .isEqualTo("{\"sku\":\"T9\",\"price\":{\"amount\":\"3.50\",\"currency\":\"EUR\"}}");
    }

    @Test
    void theActivityPageArrivesInPieces() throws Exception {
        HttpResponse<InputStream> reply = browser.client()
                .send(browser.request("/stream/activity?lines=2&delay=2000").build(), BodyHandlers.ofInputStream());
        assertThat(reply.headers().firstValue("Content-Length")).isEmpty();
        StringBuilder text = new StringBuilder();
        boolean inPieces = false;
        try (InputStream body = reply.body()) {
            byte[] buffer = new byte[8192];
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
                inPieces |= text.indexOf("line-1") >= 0 && text.indexOf("line-2") < 0;
            }
        }

        assertThat(all(text.toString(), "<li id=\"(line-\\d)\"")).containsExactly("line-1", "line-2");
        assertThat(text).endsWith("</html>\n");
        assertThat(inPieces).as("the first line was there without the second").isTrue();
    }

    @Test
    void theSalesReportTakesAsLongAsItIsAskedTo() throws Exception {
        long start = System.nanoTime();
        HttpResponse<String> report = browser.get("/report/sales?delay=300");

        assertThat(report.body()).contains("id=\"sales\"", "Tools");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void aStatusChangeIsSentToWhoListensToEvents() throws Exception {
        long order = place(2, "");
        HttpResponse<Stream<String>> events =
                browser.client().send(browser.request("/events/orders").build(), BodyHandlers.ofLines());
        assertThat(events.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread reader = Thread.ofVirtual().start(() -> {
            try (Stream<String> all = events.body()) {
                all.filter(line -> !line.isEmpty()).forEach(lines::add);
            } catch (UncheckedIOException e) {
                lines.add("closed");
            }
        });

        assertThat(lines.poll(120, TimeUnit.SECONDS)).isEqualTo("event:hello");
        assertThat(lines.poll(120, TimeUnit.SECONDS)).isEqualTo("data:orders");
        status(order, "P");
        assertThat(until(lines, "data:{\"orderNo\":" + order + ",\"status\":\"P\"}"))
                .isTrue();
        browser.close();
        assertThat(reader.join(Duration.ofMinutes(2))).isTrue();
    }

    @Test
    void aSocketAnswersAndIsTold() throws Exception {
        long order = place(2, "");
        try (Socket socket = new Socket(browser)) {
            socket.say("ping");
            assertThat(until(socket.heard, "pong")).isTrue();
            socket.say("echo:Größe ✓");
            assertThat(until(socket.heard, "Größe ✓")).isTrue();
            status(order, "X");
            assertThat(until(socket.heard, "{\"orderNo\":" + order + ",\"status\":\"X\"}"))
                    .isTrue();
        }
    }

    @Test
    void aCustomersSocketIsToldOfHisOrdersOnly() throws Exception {
        long his = place(3, "");
        long other = place(2, "");
        browser.login("cust000003", "shop");
        try (Socket socket = new Socket(browser)) {
            socket.say("ping");
            assertThat(until(socket.heard, "pong")).isTrue();
            status(other, "P");
            status(his, "P");
            assertThat(socket.heard.poll(120, TimeUnit.SECONDS))
                    .isEqualTo("{\"orderNo\":" + his + ",\"status\":\"P\"}");
        }
    }

    @Test
    void theBackOfficeIsForAdministrators() throws Exception {
        assertThat(location(browser.get("/backoffice"))).isEqualTo(browser.base() + "/login");
        browser.login("cust000001", "shop");

        assertThat(browser.get("/backoffice").statusCode()).isEqualTo(403);
        assertThat(admin.get("/orders").statusCode()).isEqualTo(403);
    }

    @Test
    void theBackOfficeChangesTheStatusOfAnOrder() throws Exception {
        long order = place(1, ",\"payment\":\"C\"");
        String action = "/backoffice/orders/" + order + "/status";

        assertThat(afterwards("/backoffice", action, Map.of("status", "S"))).contains("status N -&gt; S not allowed");
        assertThat(afterwards("/backoffice", action, Map.of("status", "P"))).contains("Order " + order + " is now P.");
        assertThat(browser.api("GET", "/api/orders/" + order, KEY, "").body()).contains("\"status\":\"P\"");
    }

    @Test
    void theBackOfficeSetsASalePriceAndEndsIt() throws Exception {
        String page = "/backoffice?sku=T7";
        String action = "/backoffice/products/T7/price";

        assertThat(location(admin.submit(page, action, Map.of("amount", "0.50", "kind", "S", "active", "Y"))))
                .isEqualTo(admin.base() + page);
        assertThat(browser.get("/api/catalog/T7").body())
                .contains("\"price\":{\"amount\":\"0.50\"", "\"regularPrice\":{\"amount\":\"1.00\"", "\"onSale\":true");
        admin.submit(page, action, Map.of("amount", "0.50", "kind", "S"));
        assertThat(browser.get("/api/catalog/T7").body())
                .contains("\"price\":{\"amount\":\"1.00\"", "\"onSale\":false");
        assertThat(afterwards(page, action, Map.of("amount", "1,50", "kind", "R")))
                .contains("amount: 0.01 to 99999.99, two decimals");
    }

    @Test
    void theBackOfficeRenumbersAProductAndItsOrdersFollow() throws Exception {
        long order = Long.parseLong(all(
                        browser.api(
                                        "POST",
                                        "/api/orders",
                                        KEY,
                                        "{\"customerId\":1,\"lines\":[{\"sku\":\"T8\",\"qty\":2}]}")
                                .body(),
                        "(\\d+)")
                .getFirst());
        String page = "/backoffice?sku=T8";
        String action = "/backoffice/products/T8/renumber";

        assertThat(afterwards(page, action, Map.of("newSku", "T1")))
                .contains("T1 exists already", "Testware to renumber");
        assertThat(afterwards(page, action, Map.of("newSku", "no good")))
                .contains("new number: up to 10 capital letters", "Testware to renumber");
        assertThat(location(admin.submit(page, action, Map.of("newSku", " T8-B "))))
                .isEqualTo(admin.base() + "/backoffice?sku=T8-B");

        assertThat(browser.get("/api/catalog/T8").statusCode()).isEqualTo(404);
        assertThat(browser.get("/api/catalog/T8-B").body()).contains("\"amount\":\"1.00\"", "\"available\":7");
        assertThat(browser.api("GET", "/api/orders/" + order, KEY, "").body()).contains("\"sku\":\"T8-B\"");
    }

    @Test
    void theBackOfficeRunsTheNightlyPrices() throws Exception {
        jdbc.execute("INSERT INTO cat_grp VALUES ('NIG', 'Nightly', NULL, 999)");
        jdbc.execute("INSERT INTO prd_mst (prd_no, prd_nm, cat_cd) VALUES ('N1', 'Night lamp', 'NIG')");
        jdbc.execute("INSERT INTO prd_prc (prd_no, prc_typ, amt) VALUES ('N1', 'R', 100)");

        assertThat(afterwards("/backoffice", "/backoffice/nightly", Map.of("pct", "2.5", "cat", "NIG")))
                .contains("Nightly prices written.");
        assertThat(browser.get("/api/catalog/N1").body()).contains("\"amount\":\"102.50\"");
        for (String wrong : List.of("51", "x", "1e-999999999")) {
            assertThat(afterwards("/backoffice", "/backoffice/nightly", Map.of("pct", wrong, "cat", "NIG")))
                    .as(wrong)
                    .contains("class=\"problem\"");
        }
    }

    /** The page that the back office's form leads to. */
    private String afterwards(String page, String action, Map<String, String> fields)
            throws IOException, InterruptedException {
        return admin.get(location(admin.submit(page, action, fields))).body();
    }

    private static List<String> skus(String page) {
        return all(page, "<li class=\"product\" data-sku=\"([^\"]+)\"");
    }

    private long place(int customer, String more) throws IOException, InterruptedException {
        String json = "{\"customerId\":" + customer + ",\"lines\":[{\"sku\":\"P000005\",\"qty\":1}]" + more + "}";
        return Long.parseLong(all(browser.api("POST", "/api/orders", KEY, json).body(), "(\\d+)")
                .getFirst());
    }

    private HttpResponse<String> status(long order, String status) throws IOException, InterruptedException {
        return admin.api("POST", "/api/orders/" + order + "/status", KEY, "{\"status\":\"" + status + "\"}");
    }

    /* Other tests' messages may come in between. */
    private static boolean until(BlockingQueue<String> heard, String wanted) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (true) {
            String next = heard.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (next == null || next.equals(wanted)) {
                return next != null;
            }
        }
    }

    /** A WebSocket with the browser's cookies. */
    private static final class Socket implements WebSocket.Listener, AutoCloseable {

        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final StringBuilder part = new StringBuilder();
        private final WebSocket socket;

        Socket(Browser browser) {
            socket = browser.client()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create(browser.base().replace("http:", "ws:") + "/ws/orders"), this)
                    .join();
        }

        void say(String text) {
            socket.sendText(text, true).join();
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            part.append(text);
            if (last) {
                heard.add(part.toString());
                part.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public void close() {
            socket.abort();
        }
    }
}
