package dev.banyan.loyalty;

import dev.banyan.loyalty.account.Accounts;
import dev.banyan.loyalty.feed.FeedSettings;
import dev.banyan.loyalty.feed.FeedStatus;
import dev.banyan.loyalty.feed.LoyaltyFeed;
import dev.banyan.loyalty.ledger.Ledger;
import dev.banyan.loyalty.web.LoyaltyApi;
import dev.banyan.loyalty.web.LoyaltyPages;
import dev.banyan.loyalty.web.SafetyHeaders;
import dev.banyan.loyalty.web.StatusApi;
import dev.banyan.loyalty.web.Unavailable;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import javax.sql.DataSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The service, put together: events come in at the top, answers go out at the bottom. */
@SpringBootConfiguration
@EnableAutoConfiguration
@EnableConfigurationProperties(LoyaltySettings.class)
@Import({LoyaltyPages.class, LoyaltyApi.class, StatusApi.class, Unavailable.class})
class LoyaltyWiring implements WebMvcConfigurer {

    @Bean
    FeedStatus feedStatus(MeterRegistry meters) {
        return new FeedStatus(meters);
    }

    @Bean(initMethod = "start", destroyMethod = "close")
    @DependsOnDatabaseInitialization
    LoyaltyFeed loyaltyFeed(LoyaltySettings settings, Ledger ledger, FeedStatus status) {
        return new LoyaltyFeed(
                new FeedSettings(settings.bootstrapServers(), settings.topic(), settings.batchMax()),
                ledger,
                status,
                InstantSource.system());
    }

    @Bean
    Ledger ledger(DataSource database, LoyaltySettings settings) {
        return new Ledger(database, settings.topic());
    }

    @Bean
    Accounts accounts(DataSource database) {
        return new Accounts(database);
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new SafetyHeaders());
    }
}
