package dev.banyan.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Listens with TLS, and can end a connection without the goodbye of TLS, as anybody between two machines can. */
final class RudeTls extends ServerSocket {

    private final SSLContext context;
    private final String protocol;
    private final Map<Socket, Socket> bare = new ConcurrentHashMap<>();

    RudeTls(SSLContext context, String protocol) throws IOException {
        super(0, 50, InetAddress.getLoopbackAddress());
        this.context = context;
        this.protocol = protocol;
    }

    @Override
    public Socket accept() throws IOException {
        Socket accepted = super.accept();
        var secured = (SSLSocket) context.getSocketFactory()
                .createSocket(accepted, accepted.getInetAddress().getHostAddress(), accepted.getPort(), true);
        secured.setUseClientMode(false);
        secured.setEnabledProtocols(new String[] {protocol});
        bare.put(secured, accepted);
        return secured;
    }

    /** Ends the connection below a socket that was accepted, in the way of TCP. */
    void cut(Socket secured) throws IOException {
        Socket below = bare.remove(secured);
        if (below == null) {
            throw new IllegalArgumentException("not one of this server's, or cut already");
        }
        below.shutdownOutput();
        below.close();
    }
}
