package dev.banyan.bridge.aws;

/** What the SDK's default chain finds in tests. */
final class Credentials {

    private Credentials() {}

    static void set() {
        System.setProperty("aws.accessKeyId", "test");
        System.setProperty("aws.secretAccessKey", "test");
        System.setProperty("aws.region", "eu-west-1");
    }
}
