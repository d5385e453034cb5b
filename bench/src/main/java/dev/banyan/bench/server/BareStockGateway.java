package dev.banyan.bench.server;

/** {@link StockGateway} as if there were no actuator beside it: it counts and observes nothing. */
public final class BareStockGateway {

    private static final String METRICS = "org.springframework.boot.micrometer.metrics.autoconfigure.";

    private BareStockGateway() {}

    /** Serves until the process is ended. {@code args}: as {@link StockGateway}'s. */
    public static void main(String[] args) {
        System.setProperty("management.server.port", "-1");
        System.setProperty(
                "spring.autoconfigure.exclude",
                String.join(
                        ",",
                        METRICS + "MetricsAutoConfiguration",
                        METRICS + "CompositeMeterRegistryAutoConfiguration",
                        METRICS + "export.simple.SimpleMetricsExportAutoConfiguration",
                        "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
                        "org.springframework.cloud.gateway.config.GatewayMetricsAutoConfiguration"));
        StockGateway.main(args);
    }
}
