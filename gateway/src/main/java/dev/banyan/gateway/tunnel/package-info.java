/**
 * WebSockets. An upgrade leaves the request path before Spring sees it: it is a {@link dev.banyan.gateway.call.Call} like others, and
 * once the backend itself has answered 101, bytes are relayed both ways as they come. Start at {@link dev.banyan.gateway.tunnel.Upgrades}.
 */
@NullMarked
package dev.banyan.gateway.tunnel;

import org.jspecify.annotations.NullMarked;
