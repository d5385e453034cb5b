package dev.banyan.bridge.aws;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Request;
import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.cbor.CBORMapper;

/** The wire formats: JSON 1.0 (SQS), JSON 1.1 (EventBridge), CBOR (Kinesis), query and XML (SNS). */
final class Wires {

    private static final ObjectMapper JSON = new JsonMapper();
    private static final ObjectMapper CBOR = new CBORMapper();

    private Wires() {}

    private static void expect(Request request, String header, String value) {
        if (!value.equals(request.getHeader(header))) {
            throw new AssertionError(header + ": " + request.getHeader(header) + " (expected: " + value + ")");
        }
    }

    private static ResponseDefinitionBuilder json(String type, ObjectMapper mapper, int status, Object body) {
        return aResponse().withStatus(status).withHeader("Content-Type", type).withBody(mapper.writeValueAsBytes(body));
    }

    private static int utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    record Sqs() implements FakeAws.Wire {
        private static final String TYPE = "application/x-amz-json-1.0";

        @Override
        public List<FakeAws.Put> puts(Request request) {
            expect(request, "X-Amz-Target", "AmazonSQS.SendMessageBatch");
            var puts = new ArrayList<FakeAws.Put>();
            for (var entry : JSON.readTree(request.getBody()).path("Entries")) {
                var body = entry.path("MessageBody").asString();
                long bytes = utf8(body);
                for (var attribute : entry.path("MessageAttributes").properties()) {
                    bytes += utf8(attribute.getKey())
                            + utf8(attribute.getValue().path("DataType").asString())
                            + utf8(attribute.getValue().path("StringValue").asString());
                }
                puts.add(new FakeAws.Put(
                        body,
                        entry.path("MessageGroupId").asString(""),
                        bytes,
                        digest(entry.path("MessageAttributes"))));
            }
            return puts;
        }

        @Override
        public ResponseDefinitionBuilder answer(List<FakeAws.Put> puts, List<String> codes) {
            var successful = new ArrayList<Map<String, Object>>();
            var failed = new ArrayList<Map<String, Object>>();
            for (var i = 0; i < codes.size(); i++) {
                var id = String.valueOf(i);
                if (codes.get(i).isEmpty()) {
                    successful.add(Map.of(
                            "Id",
                            id,
                            "MessageId",
                            "m" + i,
                            "MD5OfMessageBody",
                            md5(puts.get(i).body().getBytes(StandardCharsets.UTF_8)),
                            "MD5OfMessageAttributes",
                            puts.get(i).digest()));
                } else if (!FakeAws.isSilent(codes.get(i))) {
                    failed.add(Map.of("Id", id, "Code", codes.get(i), "Message", "no", "SenderFault", true));
                }
            }
            return json(TYPE, JSON, 200, Map.of("Successful", successful, "Failed", failed));
        }

        private static String md5(byte[] bytes) {
            try {
                return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError(e);
            }
        }

        /** Of names, types and values with their lengths, sorted by name: clients compare it with their own. */
        private static String digest(JsonNode attributes) {
            var bytes = new ByteArrayOutputStream();
            var sorted = new TreeMap<String, JsonNode>();
            attributes.properties().forEach(each -> sorted.put(each.getKey(), each.getValue()));
            sorted.forEach((name, value) -> {
                counted(bytes, name);
                counted(bytes, value.path("DataType").asString());
                bytes.write(1);
                counted(bytes, value.path("StringValue").asString());
            });
            return md5(bytes.toByteArray());
        }

        private static void counted(ByteArrayOutputStream out, String text) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            out.writeBytes(ByteBuffer.allocate(4).putInt(bytes.length).array());
            out.writeBytes(bytes);
        }

        @Override
        public ResponseDefinitionBuilder failure(int status, String code) {
            return json(TYPE, JSON, status, Map.of("__type", "com.amazonaws.sqs#" + code, "message", "no"));
        }
    }

    record EventBridge() implements FakeAws.Wire {
        private static final String TYPE = "application/x-amz-json-1.1";

        @Override
        public List<FakeAws.Put> puts(Request request) {
            expect(request, "X-Amz-Target", "AWSEvents.PutEvents");
            var puts = new ArrayList<FakeAws.Put>();
            for (var entry : JSON.readTree(request.getBody()).path("Entries")) {
                var detail = entry.path("Detail").asString();
                if (!entry.path("EventBusName").asString().equals("orders-bus")
                        || !JSON.readTree(detail).path("type").equals(entry.path("DetailType"))) {
                    throw new AssertionError(entry.toString());
                }
                puts.add(new FakeAws.Put(
                        detail,
                        "",
                        14
                                + utf8(detail)
                                + utf8(entry.path("Source").asString())
                                + utf8(entry.path("DetailType").asString())));
            }
            return puts;
        }

        @Override
        public ResponseDefinitionBuilder answer(List<FakeAws.Put> puts, List<String> codes) {
            return json(TYPE, JSON, 200, results("Entries", "FailedEntryCount", codes, Map.of("EventId", "e")));
        }

        @Override
        public ResponseDefinitionBuilder failure(int status, String code) {
            return json(TYPE, JSON, status, Map.of("__type", code, "message", "no"));
        }
    }

    private static Map<String, Object> results(
            String list, String count, List<String> codes, Map<String, Object> success) {
        var results = new ArrayList<Map<String, Object>>();
        for (var code : codes) {
            switch (code) {
                case "" -> results.add(success);
                case FakeAws.NOT_MENTIONED -> {}
                case FakeAws.NAMELESS -> results.add(Map.of());
                default -> results.add(Map.of("ErrorCode", code, "ErrorMessage", "no"));
            }
        }
        return Map.of(
                list,
                results,
                count,
                results.stream().filter(each -> each.containsKey("ErrorCode")).count());
    }

    record Kinesis() implements FakeAws.Wire {
        private static final String TYPE = "application/x-amz-cbor-1.1";

        @Override
        public List<FakeAws.Put> puts(Request request) {
            expect(request, "X-Amz-Target", "Kinesis_20131202.PutRecords");
            expect(request, "Content-Type", TYPE);
            var puts = new ArrayList<FakeAws.Put>();
            for (JsonNode record : CBOR.readTree(request.getBody()).path("Records")) {
                var data = record.path("Data").binaryValue();
                var key = record.path("PartitionKey").asString();
                puts.add(new FakeAws.Put(new String(data, StandardCharsets.UTF_8), key, data.length + utf8(key)));
            }
            return puts;
        }

        @Override
        public ResponseDefinitionBuilder answer(List<FakeAws.Put> puts, List<String> codes) {
            Map<String, Object> success = Map.of("SequenceNumber", "1", "ShardId", "shardId-000000000000");
            return json(TYPE, CBOR, 200, results("Records", "FailedRecordCount", codes, success));
        }

        @Override
        public ResponseDefinitionBuilder failure(int status, String code) {
            return json(TYPE, CBOR, status, Map.of("__type", code, "message", "no"));
        }
    }

    record Sns() implements FakeAws.Wire {

        @Override
        public List<FakeAws.Put> puts(Request request) {
            var form = new HashMap<String, String>();
            for (var pair : request.getBodyAsString().split("&", -1)) {
                var at = pair.indexOf('=');
                form.put(decoded(pair.substring(0, at)), decoded(pair.substring(at + 1)));
            }
            if (!"PublishBatch".equals(form.get("Action"))) {
                throw new AssertionError(form.get("Action"));
            }
            var puts = new ArrayList<FakeAws.Put>();
            for (var i = 1; form.containsKey("PublishBatchRequestEntries.member." + i + ".Id"); i++) {
                var prefix = "PublishBatchRequestEntries.member." + i + ".";
                var body = form.getOrDefault(prefix + "Message", "");
                long bytes = utf8(body);
                for (var k = 1; form.containsKey(prefix + "MessageAttributes.entry." + k + ".Name"); k++) {
                    var attribute = prefix + "MessageAttributes.entry." + k + ".";
                    bytes += utf8(form.getOrDefault(attribute + "Name", ""))
                            + utf8(form.getOrDefault(attribute + "Value.DataType", ""))
                            + utf8(form.getOrDefault(attribute + "Value.StringValue", ""));
                }
                puts.add(new FakeAws.Put(body, form.getOrDefault(prefix + "MessageGroupId", ""), bytes));
            }
            return puts;
        }

        private static String decoded(String text) {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        }

        @Override
        public ResponseDefinitionBuilder answer(List<FakeAws.Put> puts, List<String> codes) {
            var successful = new StringBuilder();
            var failed = new StringBuilder();
            for (var i = 0; i < codes.size(); i++) {
                if (codes.get(i).isEmpty()) {
                    successful.append("<member><Id>" + i + "</Id><MessageId>m</MessageId></member>");
                } else if (!FakeAws.isSilent(codes.get(i))) {
                    failed.append("<member><Id>" + i + "</Id><Code>" + codes.get(i)
                            + "</Code><Message>no</Message><SenderFault>true</SenderFault></member>");
                }
            }
            return xml(
                    200,
                    "<PublishBatchResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishBatchResult>"
                            + "<Successful>" + successful + "</Successful><Failed>" + failed
                            + "</Failed></PublishBatchResult>"
                            + "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishBatchResponse>");
        }

        @Override
        public ResponseDefinitionBuilder failure(int status, String code) {
            return xml(
                    status,
                    "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Receiver</Type>"
                            + "<Code>" + code
                            + "</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>");
        }

        private static ResponseDefinitionBuilder xml(int status, String body) {
            return aResponse()
                    .withStatus(status)
                    .withHeader("Content-Type", "text/xml")
                    .withBody(body);
        }
    }
}
