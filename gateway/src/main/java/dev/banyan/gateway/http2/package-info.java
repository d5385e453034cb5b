/**
 * HTTP/2 in front of the gateway: what a connection and its streams may do, and requests and replies between frames and the
 * HTTP/1.1 messages that the rest of the gateway knows, so that a stream is served by the same handlers as a connection of
 * HTTP/1.1. Nothing of HTTP/2 goes further than this package. Start at {@link dev.banyan.gateway.http2.Http2Front}, then {@link
 * dev.banyan.gateway.http2.StreamCodec}.
 */
@NullMarked
package dev.banyan.gateway.http2;

import org.jspecify.annotations.NullMarked;
