package com.fennimore.shop.job;

import com.fennimore.shop.dao.ReportDao;
import com.fennimore.shop.service.CatalogService;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Writes the suppliers' price changes straight into prd_prc, by stored procedure, every night. */
@Component
@ConditionalOnProperty("nightly.enabled")
public class NightlyPriceJob {

    private final CatalogService catalog;
    private final ReportDao parameters;

    public NightlyPriceJob(CatalogService catalog, ReportDao parameters) {
        this.catalog = catalog;
        this.parameters = parameters;
    }

    @Scheduled(cron = "${nightly.cron}", zone = "Europe/Berlin")
    public void run() {
        catalog.nightlyPrices(String.valueOf(parameters.parameter("NIGHT_PCT")), null);
    }
}
