package dev.banyan.catalog;

import dev.banyan.catalog.browse.Shelf;
import dev.banyan.catalog.feed.CatalogFeed;
import dev.banyan.catalog.feed.FeedSettings;
import dev.banyan.catalog.feed.FeedStatus;
import dev.banyan.catalog.projection.ReadModel;
import dev.banyan.catalog.web.CatalogApi;
import dev.banyan.catalog.web.CatalogPages;
import dev.banyan.catalog.web.SafetyHeaders;
import dev.banyan.catalog.web.StatusApi;
import dev.banyan.catalog.web.Unavailable;
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
@EnableConfigurationProperties(CatalogSettings.class)
@Import({CatalogPages.class, CatalogApi.class, StatusApi.class, Unavailable.class})
class CatalogWiring implements WebMvcConfigurer {

    @Bean
    FeedStatus feedStatus(MeterRegistry meters) {
        return new FeedStatus(meters);
    }

    @Bean(initMethod = "start", destroyMethod = "close")
    @DependsOnDatabaseInitialization
    CatalogFeed catalogFeed(CatalogSettings settings, ReadModel readModel, FeedStatus status) {
        return new CatalogFeed(
                new FeedSettings(settings.bootstrapServers(), settings.topic(), settings.batchMax()),
                readModel,
                status,
                InstantSource.system());
    }

    @Bean
    ReadModel readModel(DataSource database, CatalogSettings settings) {
        return new ReadModel(database, settings.topic());
    }

    @Bean
    Shelf shelf(DataSource database) {
        return new Shelf(database);
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(new SafetyHeaders());
    }
}
