package dev.banyan.gateway.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.Attribute;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Whom a client's connection comes from, and how; used on its event loop alone. Nearly all requests of a connection ask for the same
 * origin, so that what backends are told of it is put into words once.
 */
public final class Peer {

    private static final AttributeKey<@Nullable Peer> PEER = AttributeKey.valueOf("banyan.peer");

    private final InetAddress address;
    private final String scheme;
    private String host = "";
    private @Nullable Origin asked;
    private @Nullable Forwarding forwarding;

    private Peer(Channel connection) {
        this.address = ((InetSocketAddress) connection.remoteAddress()).getAddress();
        this.scheme = connection.pipeline().get(SslHandler.class) == null ? "http" : "https";
    }

    /** Returns the peer of a client's connection, or of the one that {@code client} is a stream of. */
    public static Peer of(Channel client) {
        Channel connection = client instanceof Http2StreamChannel stream ? stream.parent() : client;
        Attribute<@Nullable Peer> place = connection.attr(PEER);
        Peer known = place.get();
        if (known == null) {
            known = new Peer(connection);
            place.set(known);
        }
        return known;
    }

    public InetAddress address() {
        return address;
    }

    /** Returns the scheme of the connection. */
    public String scheme() {
        return scheme;
    }

    /** Returns the origin that is asked for by a {@code Host} header. */
    public Origin asked(String by, String hostHeader) {
        Origin last = asked;
        if (last == null || !hostHeader.equals(host) || !by.equals(last.scheme())) {
            last = Origin.ofHost(by, hostHeader);
            asked = last;
            host = hostHeader;
        }
        return last;
    }

    /** Returns what backends are told of a request for this origin. */
    public Forwarding forwarding(Origin of) {
        Forwarding last = forwarding;
        if (last == null || !last.asked().equals(of)) {
            last = Forwarding.of(address, of);
            forwarding = last;
        }
        return last;
    }
}
