/** What HTTP/1.1 says on the wire, read as strictly as its RFC allows, and ways to say it wrong. */
@NullMarked
package dev.banyan.gateway.framing;

import org.jspecify.annotations.NullMarked;
