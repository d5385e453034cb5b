package dev.banyan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;

/** Where the admin API tells of one route's shift. */
final class ShiftPath {

    private ShiftPath() {}

    static String of(String route) {
        return "/admin/shifts/" + URLEncoder.encode(route, UTF_8).replace("+", "%20");
    }
}
