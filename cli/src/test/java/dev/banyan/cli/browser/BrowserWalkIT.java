package dev.banyan.cli.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.banyan.process.Children;
import dev.banyan.process.Children.Role;
import dev.banyan.process.Ports;
import dev.banyan.process.RunFolder;
import dev.banyan.servers.LocalPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody shops through the gateway, with the unmodified legacy application behind it, and notices nothing. */
class BrowserWalkIT {

    private static final Path ROOT = Path.of(System.getProperty("banyan.root"));
    private static final Pattern READY = Pattern.compile("READY gateway port=(\\d+)");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void aPersonShopsThroughTheGatewayAndNeverLeavesIt(@TempDir Path folder) throws Exception {
        try (var chromium = Chromium.start();
                var postgres = LocalPostgres.start();
                var children = new Children(RunFolder.at(folder))) {
            postgres.createDatabase("legacy");
            var legacy = startLegacy(children, postgres);
            var gateway = startGateway(children, legacy, folder);
            try (var context = chromium.browser().newContext()) {
                context.setDefaultTimeout((double) PATIENCE.toMillis());
                PlaywrightAssertions.setDefaultAssertionTimeout((double) PATIENCE.toMillis());
                var page = context.newPage();
                var elsewhere = new ArrayList<String>();
                var problems = new ArrayList<String>();
                page.onRequest(request -> {
                    if (!request.url().startsWith(gateway.toString())
                            && !request.url().startsWith(gateway.toString().replace("http", "ws"))) {
                        elsewhere.add(request.url());
                    }
                });
                page.onPageError(problems::add);

                chooseAProduct(page, gateway);
                logIn(page, gateway);
                var order = checkOut(page);
                seesTheStatusChangeWithoutAReload(page, gateway, order);
                downloadsTheInvoice(page);
                logOut(page);

                assertThat(elsewhere)
                        .as("requests that went around the gateway")
                        .isEmpty();
                assertThat(problems).as("script errors").isEmpty();
            }
        }
    }

    private static void chooseAProduct(Page page, URI gateway) {
        page.navigate(gateway + "/");
        assertThat(page).hasURL(gateway + "/catalog");
        var name = page.locator("li.product a.name").first().textContent();
        page.locator("#q").fill(name);
        page.getByText("Find", new Page.GetByTextOptions().setExact(true)).click();
        page.locator("li.product a.name").first().click();
        assertThat(page.locator("h1")).hasText(name);
        page.locator("a#buy").click();
        page.locator("#qty").fill("2");
        page.locator("#add").click();
        assertThat(page.locator("#basket tr.line")).hasCount(1);
    }

    private static void logIn(Page page, URI gateway) {
        page.locator("a#checkout").click();
        assertThat(page).hasURL(gateway + "/login");
        page.locator("input#user").fill("cust000001");
        page.locator("#password").fill("shop");
        page.locator("#login-form button").click();
    }

    private static String checkOut(Page page) {
        page.locator("#payment").selectOption("C");
        page.locator("#remark").fill("ring twice & <wait>");
        page.locator("button#order").click();
        var order = page.locator("#order-no").textContent();
        assertThat(page.locator("tr.line")).hasCount(1);
        return order;
    }

    private static void seesTheStatusChangeWithoutAReload(Page page, URI gateway, String order) throws Exception {
        page.navigate(gateway + "/orders");
        page.locator("#push.live")
                .waitFor(new com.microsoft.playwright.Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));
        var row = page.locator("tr.order[data-order='" + order + "'] .status");
        assertThat(row).hasText("New");
        try (var client = HttpClient.newHttpClient()) {
            var paid = client.send(
                    HttpRequest.newBuilder(gateway.resolve("/api/orders/" + order + "/status"))
                            .header("X-Api-Key", "shop-mobile-1")
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString("{\"status\":\"P\"}"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(paid.statusCode()).as(paid.body()).isBetween(200, 204);
        }
        assertThat(row).hasText("Paid");
    }

    private static void downloadsTheInvoice(Page page) throws Exception {
        var download = page.waitForDownload(
                () -> page.locator("tr.order a[href$='/invoice']").first().click());
        assertThat(Files.size(download.path())).isPositive();
    }

    private static void logOut(Page page) {
        page.locator("#logout").click();
        page.navigate(page.url().replaceFirst("(https?://[^/]+).*", "$1/orders"));
        assertThat(page.locator("#login-form")).isVisible();
    }

    private static URI startLegacy(Children children, LocalPostgres postgres) throws Exception {
        var origin = URI.create("http://localhost:" + Ports.free(1).getFirst());
        var child = children.start(
                Role.APPLICATION,
                "legacy",
                java(
                        "legacy-sample",
                        "--server.port=" + origin.getPort(),
                        "--spring.datasource.url=" + postgres.jdbcUrl("legacy"),
                        "--spring.datasource.username=" + postgres.user(),
                        "--spring.datasource.password=" + postgres.user(),
                        "--size=small"));
        try (var client = HttpClient.newHttpClient()) {
            var catalogue = HttpRequest.newBuilder(origin.resolve("/catalog")).build();
            child.awaitReady(() -> answers(client, catalogue), PATIENCE);
        }
        return origin;
    }

    private static boolean answers(HttpClient client, HttpRequest request) {
        try {
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false; // not up yet
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static URI startGateway(Children children, URI legacy, Path folder) throws InterruptedException {
        var child = children.start(
                Role.APPLICATION,
                "gateway",
                java(
                        "gateway",
                        "--legacy",
                        legacy.toString(),
                        "--port",
                        "0",
                        "--admin-port",
                        "0",
                        "--run-dir",
                        folder.resolve("gateway").toString()));
        return URI.create("http://localhost:" + child.awaitLine(READY, PATIENCE).group(1));
    }

    private static List<String> java(String module, String... arguments) {
        var jar = ROOT.resolve(module).resolve("target").resolve(module + ".jar");
        assertThat(jar).as("package the module first: ./mvnw verify").exists();
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx320m",
                "-jar",
                jar.toString()));
        command.addAll(List.of(arguments));
        return command;
    }
}
