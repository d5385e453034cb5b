package dev.banyan.gateway.paths;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.util.CanonicalPathUtils;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.file.Path;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/** Servers that run in this process; each as it comes, and as lenient as its settings allow. */
final class JavaServers {

    private JavaServers() {}

    private static String encoded(String path) {
        return URLEncoder.encode(path, UTF_8).replace("+", "%20");
    }

    static RealServer tomcat(boolean lenient, Path folder) throws LifecycleException {
        var tomcat = new Tomcat();
        tomcat.setBaseDir(folder.toString());
        var connector = new Connector();
        connector.setPort(0);
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("relaxedPathChars", "<>[\\]^`{|}\"");
        if (lenient) {
            connector.setEncodedSolidusHandling("decode");
            connector.setEncodedReverseSolidusHandling("decode");
            connector.setAllowBackslash(true);
        }
        tomcat.setConnector(connector);
        var context = tomcat.addContext("", null);
        Tomcat.addServlet(context, "echo", new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
                String rest = request.getPathInfo();
                response.getOutputStream()
                        .write(encoded(request.getServletPath() + (rest == null ? "" : rest))
                                .getBytes(UTF_8));
            }
        });
        context.addServletMappingDecoded("/*", "echo");
        tomcat.start();
        return new RealServer() {
            @Override
            public int port() {
                return connector.getLocalPort();
            }

            @Override
            public void close() throws IOException {
                try {
                    tomcat.stop();
                    tomcat.destroy();
                } catch (LifecycleException e) {
                    throw new IOException(e);
                }
            }
        };
    }

    static RealServer jetty(boolean lenient) throws Exception {
        var server = new Server();
        var configuration = new HttpConfiguration();
        configuration.setUriCompliance(lenient ? UriCompliance.UNSAFE : UriCompliance.DEFAULT);
        var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(configuration));
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                String decoded = request.getHttpURI().getDecodedPath();
                Content.Sink.write(
                        response, true, encoded(decoded) + "\n" + encoded(Request.getPathInContext(request)), callback);
                return true;
            }
        });
        server.start();
        return new RealServer() {
            @Override
            public int port() {
                return connector.getLocalPort();
            }

            @Override
            public void close() throws IOException {
                try {
                    server.stop();
                } catch (Exception e) {
                    throw new IOException(e);
                }
            }
        };
    }

    /** As a plain handler reads it, and as one does behind its handler for canonical paths. */
    static RealServer undertow(boolean lenient) {
        var server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1")
                .setIoThreads(1)
                .setWorkerThreads(1)
                .setServerOption(UndertowOptions.DECODE_SLASH, lenient)
                .setServerOption(UndertowOptions.ALLOW_UNESCAPED_CHARACTERS_IN_URL, lenient)
                .setHandler(exchange -> exchange.getResponseSender()
                        .send(encoded(exchange.getRelativePath())
                                + "\n"
                                + encoded(CanonicalPathUtils.canonicalize(exchange.getRelativePath()))))
                .build();
        server.start();
        var address = (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
        return new RealServer() {
            @Override
            public int port() {
                return address.getPort();
            }

            @Override
            public void close() {
                server.stop();
            }
        };
    }
}
