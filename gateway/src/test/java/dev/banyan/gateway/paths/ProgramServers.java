package dev.banyan.gateway.paths;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Servers that are programs of their own. */
final class ProgramServers {

    private static final int START_SECONDS_MAX = 20;

    private ProgramServers() {}

    /** nginx, with or without its merging of slashes. */
    static RealServer nginx(boolean mergesSlashes, Path folder) throws Exception {
        int port = freePort();
        Path settings = Files.writeString(
                folder.resolve("nginx.conf"), """
                daemon off;
                master_process off;
                pid %1$s/nginx.pid;
                error_log %1$s/error.log;
                events {}
                http {
                  access_log off;
                  client_body_temp_path %1$s/a; proxy_temp_path %1$s/b; fastcgi_temp_path %1$s/c; uwsgi_temp_path %1$s/d; scgi_temp_path %1$s/e;
                  server {
                    listen 127.0.0.1:%2$d;
                    keepalive_requests 1000000;
                    merge_slashes %3$s;
                    default_type text/plain;
                    location / { return 200 "raw $uri"; }
                  }
                }
                """.formatted(folder, port, mergesSlashes ? "on" : "off"));
        return start(folder, port, program("nginx"), "-p", folder.toString(), "-c", settings.toString());
    }

    /** Apache httpd as it comes, or with all that it can be told to let pass. */
    static RealServer apache(boolean lenient, Path folder) throws Exception {
        int port = freePort();
        Path program = program("apache2", "httpd");
        Path modules = Stream.of("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules")
                .map(Path::of)
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow();
        Path settings = Files.writeString(folder.resolve("httpd.conf"), """
                ServerName localhost
                ServerRoot %1$s
                PidFile %1$s/httpd.pid
                Mutex file:%1$s
                ErrorLog %1$s/error.log
                Listen 127.0.0.1:%2$d
                LoadModule mpm_event_module %3$s/mod_mpm_event.so
                LoadModule authz_core_module %3$s/mod_authz_core.so
                LoadModule headers_module %3$s/mod_headers.so
                LoadModule rewrite_module %3$s/mod_rewrite.so
                StartServers 1
                ServerLimit 1
                MaxKeepAliveRequests 0
                AllowEncodedSlashes %4$s
                MergeSlashes %5$s
                %6$s
                RewriteEngine on
                RewriteRule .* - [R=204]
                Header always set X-Understood "expr=%%{escape:%%{REQUEST_URI}}" "expr=%%{REQUEST_STATUS} == 204"
                """.formatted(
                        folder,
                        port,
                        modules,
                        lenient ? "On" : "Off",
                        lenient ? "Off" : "On",
                        lenient ? "HttpProtocolOptions Unsafe" : ""));
        return start(folder, port, program, "-X", "-d", folder.toString(), "-f", settings.toString());
    }

    /** Node.js, with what people there take for the path. */
    static RealServer node(Path folder) throws Exception {
        int port = freePort();
        Path script = Files.writeString(folder.resolve("echo.cjs"), """
                const http = require('http'), url = require('url'), posix = require('path').posix;
                http.createServer((request, response) => {
                  const seen = new Set();
                  const add = read => { try { const path = read(); if (typeof path === 'string') seen.add(path); } catch {} };
                  const raw = request.url.split('?')[0];
                  add(() => raw);
                  add(() => decodeURIComponent(raw));
                  add(() => posix.normalize(decodeURIComponent(raw)));
                  add(() => new URL(request.url, 'http://h').pathname);
                  add(() => decodeURIComponent(new URL(request.url, 'http://h').pathname));
                  add(() => new URL('http://h' + request.url).pathname);
                  add(() => url.parse(request.url).pathname);
                  response.end([...seen].map(path => { try { return encodeURIComponent(path); } catch { return ''; } }).join('\\n'));
                }).listen(Number(process.argv[2]), '127.0.0.1');
                """);
        return start(folder, port, program("node", "nodejs"), script.toString(), String.valueOf(port));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Finds a program; without it the test is skipped with a reason, or fails when {@code BANYAN_REQUIRE} names it. */
    private static Path program(String... names) {
        Optional<Path> found = Stream.concat(
                        Stream.of(System.getenv("PATH").split(java.io.File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/local/sbin"))
                .flatMap(folder -> Arrays.stream(names).map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            String reason = "no " + names[0] + " on PATH";
            String required = System.getenv().getOrDefault("BANYAN_REQUIRE", "");
            if (List.of(required.split(",")).contains(names[0])) {
                Assertions.fail(reason + ", and BANYAN_REQUIRE asks for it");
            }
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        }
        return found.orElseThrow();
    }

    private static RealServer start(Path folder, int port, Path program, String... arguments) throws Exception {
        var command = new java.util.ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (!answers(port)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                process.destroyForcibly();
                throw new IOException(program + " did not start: " + Files.readString(output));
            }
            Thread.sleep(20);
        }
        return new RealServer() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public void close() {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                process.onExit().join();
            }
        };
    }

    private static boolean answers(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
