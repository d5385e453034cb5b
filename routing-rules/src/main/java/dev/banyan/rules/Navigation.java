package dev.banyan.rules;

/** Tells a person opening a page from a program or a page fetching something. */
final class Navigation {

    private Navigation() {}

    static boolean isPage(RequestFacts facts) {
        if (!facts.method().equals("GET")) {
            return false;
        }
        String mode = facts.headers().first("Sec-Fetch-Mode");
        if (mode != null) {
            return mode.equals("navigate");
        }
        String accept = facts.headers().first("Accept");
        return accept != null && accept.contains("text/html");
    }
}
