package dev.banyan.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import tools.jackson.databind.json.JsonMapper;

/** Where a running gateway leaves what the command line needs to find it. */
record RunFolder(Path folder) {

    /** Writes {@code gateway.json}, whole or not at all. */
    void write(int port, int adminPort, Path tokenFile) throws IOException {
        var content = new LinkedHashMap<String, Object>();
        content.put("pid", ProcessHandle.current().pid());
        content.put("port", port);
        content.put("adminPort", adminPort);
        content.put("tokenFile", tokenFile.toAbsolutePath().toString());
        Files.createDirectories(folder);
        Path draft = Files.createTempFile(folder, "gateway", ".tmp");
        Files.writeString(
                draft, new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(content) + "\n");
        Files.move(
                draft,
                folder.resolve("gateway.json"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
