package dev.banyan.bridge.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.banyan.bridge.hub.Hub;
import dev.banyan.bridge.hub.HubContract;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/** SQS, standard and FIFO, against a server that keeps to its limits. */
class ElasticMqTest {

    private static SQSRestServer server;
    private static URI endpoint;
    private static SqsClient client;

    @BeforeAll
    static void start() {
        Credentials.set();
        server = SQSRestServerBuilder.withDynamicPort()
                .withInterface("127.0.0.1")
                .start();
        endpoint = URI.create(
                "http://127.0.0.1:" + server.waitUntilStarted().localAddress().getPort());
        client = SqsClient.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .endpointOverride(endpoint)
                .build();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.stopAndWait();
    }

    abstract static class Queue implements HubContract {

        private final String url;

        Queue(String name, Map<QueueAttributeName, String> attributes) {
            url = client.createQueue(request -> request.queueName(name).attributes(attributes))
                    .queueUrl();
        }

        private Hub at(URI endpoint) {
            return new AwsHub(
                    new AwsHub.Settings(AwsHub.Service.SQS, SOURCE, Map.of("*", url), "eu-west-1", endpoint, 0));
        }

        @Override
        public Hub hub() {
            return at(endpoint);
        }

        @Override
        public Hub unreachable() {
            return at(URI.create("http://127.0.0.1:1"));
        }

        @Override
        public String topic() {
            return "orders";
        }

        @Override
        public List<Received> received() {
            var received = new ArrayList<Received>();
            while (true) {
                var messages = client.receiveMessage(request ->
                                request.queueUrl(url).maxNumberOfMessages(10).visibilityTimeout(600))
                        .messages();
                if (messages.isEmpty()) {
                    return received;
                }
                for (var message : messages) {
                    received.add(CloudEventText.read(message.body()));
                    client.deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
                }
            }
        }
    }

    @Nested
    class Standard extends Queue {
        Standard() {
            super("standard-" + UUID.randomUUID(), Map.of());
        }

        @Test
        void theDoctorNamesAQueueThatIsNotThere() throws Exception {
            try (var hub = new AwsHub(new AwsHub.Settings(
                    AwsHub.Service.SQS,
                    SOURCE,
                    Map.of("orders", endpoint + "/000000000000/none"),
                    "eu-west-1",
                    endpoint,
                    0))) {
                assertThat(hub.check().values()).singleElement().asString().contains("QueueDoesNotExist");
            }
        }
    }

    @Nested
    class Fifo extends Queue {
        Fifo() {
            super(UUID.randomUUID() + ".fifo", Map.of(QueueAttributeName.FIFO_QUEUE, "true"));
        }

        @Test
        void anEventSentAgainIsDroppedByItsId() throws Exception {
            var events = List.of(event(1, "order/1", "{}"), event(2, "order/1", "{}"));
            for (var process = 0; process < 2; process++) {
                try (var hub = hub()) {
                    hub.open();
                    hub.publish(events, HubContract.position(1));
                }
            }
            assertThat(received()).extracting(Received::sequence).isSorted().hasSize(2);
        }
    }
}
