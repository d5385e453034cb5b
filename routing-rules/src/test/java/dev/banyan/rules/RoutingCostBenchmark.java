package dev.banyan.rules;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a decision costs with few and with many rules; {@code docs/measurements/routing-cost.md} has the commands and the figures. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgs = "-Xmx1g")
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else
public class RoutingCostBenchmark {

    @Param({"10", "1000", "100000"})
    public int rules;

    private RoutingTable table;
    private List<RequestFacts> plain;
    private List<RequestFacts> withCookie;
    private List<RequestFacts> unmatched;
    private List<RequestFacts> odd;
    private int next;

    /** Different requests in random order, so that many rules do not sit in the cache. */
    @Setup
    public void prepare() throws RulesException {
        table = RoutingTable.compile(RoutingCost.rules(rules));
        plain = RoutingCost.plain(rules);
        withCookie = RoutingCost.withCookie(rules);
        unmatched = RoutingCost.unmatched();
        odd = RoutingCost.odd(rules);
    }

    private RequestFacts one(List<RequestFacts> requests) {
        next = (next + 1) % RoutingCost.REQUESTS;
        return requests.get(next);
    }

    @Benchmark
    public Decision matched() {
        return table.decide(one(plain));
    }

    @Benchmark
    public Decision splitByCookie() {
        return table.decide(one(withCookie));
    }

    @Benchmark
    public Decision notMatched() {
        return table.decide(one(unmatched));
    }

    @Benchmark
    public Decision oddPath() {
        return table.decide(one(odd));
    }
}
