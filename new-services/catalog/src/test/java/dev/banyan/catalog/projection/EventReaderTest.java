package dev.banyan.catalog.projection;

import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventReaderTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            1E+1000000000,  prices.amount
            1e9,            prices.amount
            12.,            prices.amount
            '',             prices.amount
            12.905,         Rounding necessary
            """)
    void anAmountThatIsNoneIsBroken(String amount, String reason) {
        assertThat(read(amount)).isInstanceOfSatisfying(Reading.Broken.class, broken -> assertThat(broken.reason())
                .startsWith(reason));
    }

    @ParameterizedTest
    @CsvSource({"12.90", "12.9000", "12", "0.00", "9999999999.99"})
    void anAmountIsUnderstood(String amount) {
        assertThat(read(amount)).isInstanceOf(Reading.Understood.class);
    }

    @ParameterizedTest
    @CsvSource({"P/1, product/P%2F1", "50%, product/50%25", "%2F, product/%252F"})
    void aSubjectIsThatOfTheBridge(String sku, String subject) {
        assertThat(read(sku, subject, "12.90"))
                .isInstanceOfSatisfying(Reading.Understood.class, understood -> assertThat(
                                understood.event().envelope().subject())
                        .isEqualTo(subject));
    }

    @ParameterizedTest
    @CsvSource({"null", "7"})
    void aCategoryMayHaveNoPlaceAmongTheOthers(String order) {
        var data = "{\"code\":\"A01\",\"name\":\"Saws\",\"parent\":null,\"order\":" + order + "}";
        assertThat(event("CategoryChanged", "category/A01", data)).isInstanceOf(Reading.Understood.class);
    }

    @ParameterizedTest
    @CsvSource({
        "+999999999-12-31T23:59:59-01:00",
        "-999999999-01-01T00:00:00+18:00",
        "+10000-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z"
    })
    void aTimeThatNoCommitHasIsBroken(String time) {
        var data = "{\"code\":\"A01\",\"name\":\"Saws\",\"parent\":null,\"order\":1}";
        assertThat(event("CategoryChanged", "category/A01", data, time))
                .isInstanceOfSatisfying(Reading.Broken.class, broken -> assertThat(broken.reason())
                        .startsWith("time: "));
    }

    private static Reading read(String amount) {
        return read("P1", "product/P1", amount);
    }

    private static Reading read(String sku, String subject, String amount) {
        var data = """
                {"sku":"%s","name":"Saw","status":"active","deleted":false,
                "prices":[{"kind":"regular","amount":"%s","currency":"EUR","active":true}],"stock":[]}""".formatted(sku, amount);
        return event("ProductAdded", subject, data);
    }

    private static Reading event(String type, String subject, String data) {
        return event(type, subject, data, "2026-01-31T10:00:00Z");
    }

    private static Reading event(String type, String subject, String data, String time) {
        return new EventReader()
                .read(CloudEventBuilder.v1()
                        .withId("e1")
                        .withSource(URI.create("/test"))
                        .withType("shop.catalog." + type + ".v1")
                        .withSubject(subject)
                        .withTime(OffsetDateTime.parse(time))
                        .withExtension("sequence", "00000000000000aa-000001")
                        .withData("application/json", data.getBytes(StandardCharsets.UTF_8))
                        .build());
    }
}
