/**
 * What a reverse proxy must know about HTTP heads, as functions on plain values: which framing is refused, which headers end
 * at a hop, how forwarded headers are rebuilt and how a reply is mended at the seam. Nothing here knows a transport, a
 * backend or a rule. Start at {@link dev.banyan.gateway.http.Framing}.
 */
@NullMarked
package dev.banyan.gateway.http;

import org.jspecify.annotations.NullMarked;
