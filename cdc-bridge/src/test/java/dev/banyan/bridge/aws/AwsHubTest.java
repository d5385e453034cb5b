package dev.banyan.bridge.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.banyan.bridge.change.DomainEvent;
import dev.banyan.bridge.hub.EventsRefused;
import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubContract;
import dev.banyan.bridge.hub.HubUnavailable;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every service of AWS through its own wire format, with partial failures, throttling and answers that get lost. */
class AwsHubTest {

    @BeforeAll
    static void credentials() {
        Credentials.set();
    }

    abstract static class Served implements HubContract {

        final FakeAws fake;
        private final AwsHub.Service service;
        private final String destination;
        private final String passing;
        private final String isFinal;
        private final List<String> ofTheSetUp;

        Served(
                AwsHub.Service service,
                String destination,
                FakeAws.Wire wire,
                Target.Limits limits,
                String passing,
                String isFinal,
                List<String> ofTheSetUp) {
            this.service = service;
            this.destination = destination;
            this.fake = new FakeAws(wire, limits);
            this.passing = passing;
            this.isFinal = isFinal;
            this.ofTheSetUp = ofTheSetUp;
        }

        @AfterEach
        void stop() {
            fake.close();
        }

        private Hub at(URI endpoint, Duration patience) {
            return new AwsHub(new AwsHub.Settings(
                    service, SOURCE, Map.of(topic(), destination), "eu-west-1", endpoint, 0, patience));
        }

        @Override
        public Hub hub() {
            return at(fake.endpoint(), Duration.ofSeconds(20));
        }

        @Override
        public Hub unreachable() {
            return at(URI.create("http://127.0.0.1:1"), Duration.ofSeconds(20));
        }

        @Override
        public String topic() {
            return "orders";
        }

        @Override
        public List<Received> received() {
            return fake.taken().stream()
                    .map(put -> CloudEventText.read(put.body()))
                    .toList();
        }

        private List<DomainEvent> some(int count, int subjects) {
            var events = new ArrayList<DomainEvent>();
            for (var i = 0; i < count; i++) {
                events.add(event(i, "order/" + i % subjects, "{}"));
            }
            return events;
        }

        @Test
        void whatIsRefusedForNowGoesAgainBeforeWhatIsLaterOfItsKey() throws Exception {
            var random = new Random(3);
            fake.refusal = _ -> random.nextInt(3) == 0 ? passing : "";
            try (var hub = hub()) {
                hub.publish(some(40, 12), HubContract.position(1));
            }
            HubContract.assertInOrder(received());
            assertThat(received()).hasSize(40).doesNotHaveDuplicates();
        }

        @Test
        void aKeyThatIsRefusedHoldsNoOtherUpAndAfterwardsOnlyTheRestGoesAgain() throws Exception {
            fake.refusal = put -> FakeAws.of("order/1").test(put) ? passing : "";
            try (var hub = at(fake.endpoint(), Duration.ofMillis(500))) {
                assertThatThrownBy(() -> hub.publish(some(12, 3), HubContract.position(1)))
                        .isInstanceOf(HubUnavailable.class)
                        .hasMessageContaining(passing);
                assertThat(received()).hasSize(8);
                fake.refusal = _ -> "";
                hub.publish(some(12, 3), HubContract.position(1));
            }
            HubContract.assertInOrder(received());
            assertThat(received()).hasSize(12).doesNotHaveDuplicates();
        }

        @Test
        void onceTheLeaseIsNotSureNoCallBeginsAndAfterwardsOnlyTheRestIsSent() throws Exception {
            try (var hub = hub()) {
                hub.sendWhile(() -> fake.taken().size() < 2);
                assertThatThrownBy(() -> hub.publish(some(5, 1), HubContract.position(1)))
                        .isInstanceOf(HubUnavailable.class)
                        .hasMessageContaining("the lease was not renewed in time");
                assertThat(received()).hasSize(2);
                hub.sendWhile(() -> true);
                hub.publish(some(5, 1), HubContract.position(1));
            }
            var told =
                    received().stream().distinct().toList(); // the second may have been under way still, and went again
            HubContract.assertInOrder(told);
            assertThat(told).hasSize(5);
        }

        @Test
        void throttlingAndAnswersThatGetLostLoseNothingAndRepeatWithTheSameId() throws Exception {
            fake.failsBefore = call -> call % 5 == 1;
            fake.failsAfter = call -> call % 5 == 3;
            var events = some(30, 4);
            try (var hub = hub()) {
                hub.publish(events, HubContract.position(1));
            }
            var first = new HashMap<String, Received>();
            received().forEach(each -> first.putIfAbsent(each.id(), each));
            assertThat(first).hasSize(30);
            assertThat(received()).hasSizeGreaterThan(30);
            HubContract.assertInOrder(received().stream().distinct().toList());
        }

        @Test
        void whatAnAnswerDoesNotMentionHasNotArrivedAndGoesAgain() throws Exception {
            for (var silence : List.of(FakeAws.NOT_MENTIONED, FakeAws.NAMELESS)) {
                var left = new AtomicInteger(3);
                fake.refusal = put -> FakeAws.of("order/1").test(put) && left.getAndDecrement() > 0 ? silence : "";
                var before = received().size();
                try (var hub = hub()) {
                    hub.publish(some(12, 3), HubContract.position(1));
                }
                // Of a call whose answer cannot be trusted all goes again, where places say what is whose.
                var told = received().stream().skip(before).distinct().toList();
                assertThat(told).as(silence).hasSize(12);
                HubContract.assertInOrder(told);
            }
        }

        @Test
        void whatIsRefusedForGoodIsNamed() throws Exception {
            if (isFinal.isEmpty()) {
                return; // Kinesis refuses such calls as a whole
            }
            fake.refusal = put -> FakeAws.of("order/2").test(put) ? isFinal : "";
            try (var hub = hub()) {
                assertThatThrownBy(() -> hub.publish(some(9, 3), HubContract.position(1)))
                        .hasMessageContainingAll("order/2", isFinal, destination)
                        .isInstanceOfSatisfying(EventsRefused.class, refused -> assertThat(
                                        refused.whyById().values())
                                .singleElement()
                                .asString()
                                .startsWith(isFinal));
                assertThat(received())
                        .as("all of the other keys, and nothing that waits behind it")
                        .hasSize(6)
                        .noneMatch(each -> each.subject().equals("order/2"));
            }
        }

        @Test
        void whatSomebodyHasToMendInTheSetUpIsNoFaultOfAnEvent() throws Exception {
            for (var code : ofTheSetUp) {
                fake.refusal = put -> FakeAws.of("order/1").test(put) ? code : "";
                var before = received().size();
                try (var hub = at(fake.endpoint(), Duration.ofMillis(300))) {
                    assertThatThrownBy(() -> hub.publish(some(6, 3), HubContract.position(1)))
                            .isInstanceOf(HubUnavailable.class)
                            .hasMessageContainingAll(destination, code);
                    fake.refusal = _ -> "";
                    hub.publish(some(6, 3), HubContract.position(1));
                }
                var told = received().stream().skip(before).toList();
                assertThat(told).as(code).hasSize(6).doesNotHaveDuplicates();
                HubContract.assertInOrder(told);
            }
        }

        @Test
        void callsAreFilled() throws Exception {
            try (var hub = hub()) {
                hub.publish(some(60, 60), HubContract.position(1));
            }
            assertThat(fake.sizes()).containsOnly(Math.min(60, fake.limits().entriesMax()));
        }
    }

    @Nested
    class Sqs extends Served {
        Sqs() {
            super(
                    AwsHub.Service.SQS,
                    "https://sqs.eu-west-1.amazonaws.com/000000000000/orders.fifo",
                    new Wires.Sqs(),
                    SqsTarget.LIMITS,
                    "ThrottlingException",
                    "InvalidMessageContents",
                    List.of(
                            "AccessDenied",
                            "KMS.DisabledException",
                            "KMS.AccessDeniedException",
                            "RequestThrottled",
                            "AWS.SimpleQueueService.NonExistentQueue"));
        }

        @Test
        void theGroupIsTheSubjectOrItsHash() throws Exception {
            try (var hub = hub()) {
                hub.publish(List.of(event(1, "order/1", "{}"), event(2, "\u00e4", "{}")), HubContract.position(1));
            }
            assertThat(fake.taken())
                    .extracting(FakeAws.Put::group)
                    .containsExactlyInAnyOrder("order/1", Messages.hash("\u00e4"));
        }
    }

    @Nested
    class Sns extends Served {
        Sns() {
            super(
                    AwsHub.Service.SNS,
                    "arn:aws:sns:eu-west-1:000000000000:orders.fifo",
                    new Wires.Sns(),
                    SnsTarget.LIMITS,
                    "Throttled",
                    "InvalidParameter",
                    List.of("AuthorizationError", "KMSDisabled", "KMSAccessDenied", "NotFound", "RateExceeded"));
        }
    }

    @Nested
    class Kinesis extends Served {
        Kinesis() {
            super(
                    AwsHub.Service.KINESIS,
                    "orders-stream",
                    new Wires.Kinesis(),
                    KinesisTarget.LIMITS,
                    "ProvisionedThroughputExceededException",
                    "",
                    List.of("KMSDisabledException"));
        }
    }

    @Nested
    class EventBridge extends Served {
        EventBridge() {
            super(
                    AwsHub.Service.EVENTBRIDGE,
                    "orders-bus",
                    new Wires.EventBridge(),
                    EventBridgeTarget.LIMITS,
                    "ThrottlingException",
                    "MalformedDetail",
                    List.of(
                            "NotAuthorizedForSourceException",
                            "NotAuthorizedForDetailTypeException",
                            "AccessDeniedException"));
        }
    }
}
