package dev.banyan.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CohortTest {

    private static final Cohort SHOPPER = new Cohort(
            "shopper",
            List.of(new Cohort.Key.Header("X-Customer-Id"), new Cohort.Key.GenerateCookie("banyan_id")),
            "shop-2026");

    private static RoutingTable table(Stage stage, int weight) throws RulesException {
        Match any = Match.path(Match.Path.prefix("/catalog"));
        Route route = Rules.route("browse", stage, weight, any);
        RuleSet rules = RuleSet.of(List.of(Rules.LEGACY, Rules.CATALOG), List.of(SHOPPER), List.of(route));
        return RoutingTable.compile(rules, new FixedChance("new-key", 0));
    }

    private static Decision.Routed decide(RoutingTable table, String... headers) {
        return (Decision.Routed) table.decide(Rules.request("GET /catalog", headers));
    }

    /** The rows of the published page: salt, key, bucket. */
    static Stream<List<String>> vectors() throws Exception {
        return Files.readString(Path.of("../docs/reference/cohort-vectors.md"))
                .lines()
                .filter(each -> each.startsWith("| `"))
                .map(each -> Stream.of(each.split("\\|", -1))
                        .map(cell -> cell.strip().replace("`", ""))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void thePublishedVectorsHold(List<String> row) {
        assertThat(CohortHash.bucket(row.get(1), row.get(2))).isEqualTo(Integer.parseInt(row.get(4)));
        String hex =
                "%08x".formatted(referenceMurmur3((row.get(1) + ":" + row.get(2)).getBytes(StandardCharsets.UTF_8)));
        assertThat(hex).isEqualTo(row.get(3));
    }

    @Test
    void thereAreEnoughVectors() throws Exception {
        assertThat(vectors()).hasSizeGreaterThanOrEqualTo(20);
    }

    /** MurmurHash3_x86_32 with seed 0, from its description, so that the library is checked by something else. */
    private static int referenceMurmur3(byte[] bytes) {
        int hash = 0;
        for (int i = 0; i < bytes.length; i += 4) {
            int block = 0;
            for (int j = Math.min(i + 4, bytes.length) - 1; j >= i; j--) {
                block = (block << 8) | (bytes[j] & 0xff);
            }
            block = Integer.rotateLeft(block * 0xcc9e2d51, 15) * 0x1b873593;
            hash ^= block;
            if (i + 4 <= bytes.length) {
                hash = Integer.rotateLeft(hash, 13) * 5 + 0xe6546b64;
            }
        }
        hash ^= bytes.length;
        hash = (hash ^ (hash >>> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >>> 13)) * 0xc2b2ae35;
        return hash ^ (hash >>> 16);
    }

    @Test
    void theHashAgreesWithItsDescriptionForRandomKeys() {
        var random = new Random(11);
        for (int i = 0; i < 10_000; i++) {
            String key = Long.toString(random.nextLong(), 36).substring(random.nextInt(8)) + (i % 3 == 0 ? "é€😀" : "");
            int expected = Integer.remainderUnsigned(
                    referenceMurmur3(("s:" + key).getBytes(StandardCharsets.UTF_8)), CohortHash.BUCKETS);
            assertThat(CohortHash.bucket("s", key)).isEqualTo(expected);
        }
    }

    @Test
    void raisingTheWeightMovesNobodyBackAndZeroMovesEverybody() throws Exception {
        Set<String> moved = new HashSet<>();
        for (int weight : new int[] {0, 1, 25, 100, 999, 1_000, 5_000, 9_999, 10_000}) {
            RoutingTable table = table(Stage.LIVE, weight);
            Set<String> now = new HashSet<>();
            for (int i = 0; i < 5_000; i++) {
                if (decide(table, "Cookie: banyan_id=user" + i).side() == Side.CANDIDATE) {
                    now.add("user" + i);
                }
            }
            assertThat(now).containsAll(moved);
            moved = now;
        }
        assertThat(moved).hasSize(5_000);
        assertThat(decide(table(Stage.LIVE, 0), "Cookie: banyan_id=user1").side())
                .isEqualTo(Side.BASELINE);
    }

    @Test
    void aMillionCallersSplitWithinThreeSigmaAndNobodyFlipsBackWhileItIsRaised() throws Exception {
        int callers = 1_000_000;
        var key = new AtomicReference<>("");
        var facts = new RequestFacts(
                "shop.test",
                "GET",
                "/catalog",
                null,
                name -> name.equalsIgnoreCase("X-Customer-Id") ? List.of(key.get()) : List.of(),
                false,
                false,
                0);
        var before = new BitSet(callers);
        for (int weight : new int[] {100, 2_500, 5_000}) {
            RoutingTable table = table(Stage.LIVE, weight);
            var now = new BitSet(callers);
            for (int i = 0; i < callers; i++) {
                key.set("user-" + i);
                now.set(i, ((Decision.Routed) table.decide(facts)).side() == Side.CANDIDATE);
            }
            double share = weight / (double) Route.EVERYONE;
            double sigma = Math.sqrt(callers * share * (1 - share));
            assertThat((double) now.cardinality())
                    .as("at weight %s", weight)
                    .isBetween(callers * share - 3 * sigma, callers * share + 3 * sigma);
            before.andNot(now);
            assertThat(before.cardinality())
                    .as("flip-backs at weight %s", weight)
                    .isZero();
            before = now;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shop-2026", "a", "ünïcode"})
    void callersSpreadEvenly(String salt) {
        int cells = 100;
        int callers = 200_000;
        int[] counts = new int[cells];
        for (int i = 0; i < callers; i++) {
            counts[CohortHash.bucket(salt, "customer-" + i) / (CohortHash.BUCKETS / cells)]++;
        }
        double expected = (double) callers / cells;
        double chiSquare = 0;
        for (int count : counts) {
            chiSquare += (count - expected) * (count - expected) / expected;
        }
        assertThat(chiSquare).as("99 degrees of freedom, 0.1 %").isLessThan(148.2);
    }

    @Test
    void twoSaltsSplitIndependently() {
        int both = 0;
        for (int i = 0; i < 100_000; i++) {
            boolean first = CohortHash.bucket("one", "user" + i) < 1_000;
            boolean second = CohortHash.bucket("two", "user" + i) < 1_000;
            both += first && second ? 1 : 0;
        }
        assertThat(both).isBetween(850, 1_150);
    }

    @Test
    void aCallerWithoutAKeyMovesLast() throws Exception {
        assertThat(decide(table(Stage.LIVE, 9_999)).side()).isEqualTo(Side.BASELINE);
        assertThat(decide(table(Stage.LIVE, 9_999)).bucket()).isEqualTo(9_999);
        assertThat(decide(table(Stage.LIVE, 10_000)).side()).isEqualTo(Side.CANDIDATE);
    }

    @Test
    void theFirstKeyThatIsPresentAndNotEmptyCounts() throws Exception {
        RoutingTable table = table(Stage.LIVE, 5_000);
        int byHeader = SHOPPER.bucket("7");
        int byCookie = SHOPPER.bucket("abc");
        assertThat(decide(table, "X-Customer-Id: 7", "Cookie: banyan_id=abc").bucket())
                .isEqualTo(byHeader);
        assertThat(decide(table, "x-customer-id: ", "Cookie: banyan_id=abc").bucket())
                .isEqualTo(byCookie);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '!', nullValues = "none", textBlock = """
            banyan_id=abc                               ! abc
            a=b; banyan_id=abc; c=d                     ! abc
            a=b;banyan_id=abc                           ! abc
            banyan_id=abc; banyan_id=def                ! abc
            xbanyan_id=1; banyan_id=abc                 ! abc
            banyan_idx=1; banyan_id=abc                 ! abc
            BANYAN_ID=1                                 ! none
            a="x; banyan_id=abc                         ! abc
            banyan_id="abc"                             ! abc
            banyan_id=a=b                               ! a=b
            banyan_id                                   ! none
            banyan_id ; x=1                             ! none
            ;;; ; =; banyan_id=abc;                     ! abc
            x=banyan_id=abc                             ! none
            """)
    void cookiesAreReadAsTheyComeAndTheFirstWins(String line, String expected) {
        assertThat(Cookies.first(name -> name.equals("Cookie") ? List.of(line) : List.of(), "banyan_id"))
                .isEqualTo(expected);
    }

    @Test
    void cookiesMayComeInSeveralLines() {
        assertThat(Cookies.first(_ -> List.of("a=b", "banyan_id=abc"), "banyan_id"))
                .isEqualTo("abc");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", textBlock = """
            GET,  navigate, none,                          true
            GET,  none,     'text/html,application/xml',   true
            GET,  cors,     'text/html',                   false
            GET,  none,     'application/json',            false
            GET,  none,     none,                          false
            POST, navigate, 'text/html',                   false
            HEAD, none,     'text/html',                   false
            """)
    void aCookieIsGivenOnPageNavigationsOnly(String method, String mode, String accept, boolean issued)
            throws Exception {
        String[] headers = Stream.of(
                        mode == null ? "" : "Sec-Fetch-Mode: " + mode, accept == null ? "" : "Accept: " + accept)
                .filter(each -> !each.isEmpty())
                .toArray(String[]::new);
        var decision = (Decision.Routed) table(Stage.LIVE, 5_000).decide(Rules.request(method + " /catalog", headers));
        assertThat(decision.issue() != null).isEqualTo(issued);
        assertThat(decision.split()).isTrue();
        assertThat(decision.bucket()).isEqualTo(9_999);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            OFF,      5000
            SHADOW,   5000
            LIVE,     0
            LIVE,     10000
            COMPLETE, 5000
            """)
    void aRouteThatIsNotSplitGivesNoCookie(Stage stage, int weight) throws Exception {
        Decision.Routed decision = decide(table(stage, weight), "Sec-Fetch-Mode: navigate");
        assertThat(decision.issue()).isNull();
        assertThat(decision.split()).isFalse();
    }

    @Test
    void whoHasAKeyGetsNoCookie() throws Exception {
        assertThat(decide(table(Stage.LIVE, 5_000), "Sec-Fetch-Mode: navigate", "X-Customer-Id: 7")
                        .issue())
                .isNull();
        assertThat(decide(table(Stage.LIVE, 5_000), "Sec-Fetch-Mode: navigate", "Cookie: banyan_id=1")
                        .issue())
                .isNull();
    }

    @Test
    void theCookieIsForTheWholeSiteAndNotForScripts() throws Exception {
        NewCookie cookie =
                decide(table(Stage.LIVE, 5_000), "Sec-Fetch-Mode: navigate").issue();
        assertThat(cookie).isEqualTo(new NewCookie("banyan_id", "new-key"));
        assertThat(new NewCookie("banyan_id", "new-key").setCookie(true))
                .isEqualTo("banyan_id=new-key; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure");
        assertThat(new NewCookie("banyan_id", "new-key").setCookie(false)).doesNotContain("Secure");
    }

    @Test
    void aNewKeyIs128RandomBitsThatAnyCookieCarries() throws Exception {
        Match any = Match.path(Match.Path.ANY);
        Route route = Rules.route("browse", Stage.LIVE, 5_000, any);
        var table = RoutingTable.compile(
                RuleSet.of(List.of(Rules.LEGACY, Rules.CATALOG), List.of(SHOPPER), List.of(route)));
        Set<String> values = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            NewCookie cookie = decide(table, "Sec-Fetch-Mode: navigate").issue();
            assertThat(cookie).isNotNull();
            values.add(cookie == null ? "" : cookie.value());
        }
        assertThat(values).hasSize(1_000).allMatch(each -> each.matches("[A-Za-z0-9_-]{22}"));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            OFF,      BASELINE,  false
            SHADOW,   BASELINE,  false
            LIVE,     CANDIDATE, true
            COMPLETE, CANDIDATE, false
            """)
    void theStageSaysWhoServesAndWhetherThereIsAWayBack(Stage stage, Side side, boolean mayFallBack) throws Exception {
        Decision.Routed decision = decide(table(stage, 10_000), "X-Customer-Id: 7");
        assertThat(decision.side()).isEqualTo(side);
        assertThat(decision.backend().name()).isEqualTo(side == Side.BASELINE ? "legacy" : "catalog");
        assertThat(decision.mayFallBack()).isEqualTo(mayFallBack);
    }

    @Test
    void aRetiredRouteIsGone() throws Exception {
        assertThat(table(Stage.RETIRED, 0).decide(Rules.request("GET /catalog/x")))
                .isInstanceOfSatisfying(
                        Decision.Gone.class,
                        gone -> assertThat(gone.route().name()).isEqualTo("browse"));
    }
}
