package dev.banyan.gateway.shift;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Which route the processes of a test move, and where the one that leads waits to be killed.
 *
 * @param transition the entry of the route's journal, counted from 0 without holds
 */
record KillOrder(String route, int transition, Point point) {

    /** Where around the transaction that keeps an entry. */
    enum Point {
        BEFORE,
        DURING,
        AFTER
    }

    void write(Path file) throws IOException {
        Path next = file.resolveSibling("next");
        Files.writeString(next, route + "\n" + transition + "\n" + point);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    static KillOrder read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return new KillOrder(lines.get(0), Integer.parseInt(lines.get(1)), Point.valueOf(lines.get(2)));
    }
}
