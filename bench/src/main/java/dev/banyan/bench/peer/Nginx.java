package dev.banyan.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** nginx with one worker, keep-alive to the upstream, and no access log. */
public record Nginx() implements Peer {

    private static final String CONFIGURATION = """
            daemon off;
            worker_processes 1;
            worker_rlimit_nofile 20000;
            pid nginx.pid;
            error_log stderr warn;
            events { worker_connections 15000; }
            http {
              access_log off;
              keepalive_requests 1000000000;
              client_max_body_size 0;
              client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
              upstream application { server 127.0.0.1:@UPSTREAM@; keepalive 2000; keepalive_requests 1000000000; }
              server {
                listen 127.0.0.1:@PORT@ backlog=4096;
                @HTTP2@
                location / {
                  proxy_pass http://application;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Host $http_host;
                  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                  proxy_request_buffering off;
                  proxy_max_temp_file_size 0;
                }
              }
            }
            """;

    @Override
    public String name() {
        return "nginx";
    }

    @Override
    public String description() {
        return Program.version("nginx", "-v")
                + ", one worker, keep-alive to the upstream, no access log, bodies not to disk";
    }

    @Override
    public Optional<String> missing() {
        return Program.missing("nginx", "nginx-light");
    }

    @Override
    public List<String> command(Place place) throws IOException {
        var file = place.folder().resolve("nginx.conf");
        var user = System.getProperty("user.name").equals("root") ? "user root;\n" : "";
        Files.writeString(file, user + place.fill(CONFIGURATION, "listen 127.0.0.1:@HTTP2_PORT@ http2 backlog=4096;"));
        return List.of(
                Program.find("nginx").orElseThrow().toString(),
                "-p",
                place.folder().toString(),
                "-c",
                file.toString(),
                "-e",
                "stderr");
    }
}
