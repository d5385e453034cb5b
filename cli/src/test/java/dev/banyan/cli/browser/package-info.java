/**
 * A real browser in front of the gateway: cookies, redirects, forms and sockets as people's browsers use them.
 * Start at {@link dev.banyan.cli.browser.BrowserWalkIT}.
 */
@NullMarked
package dev.banyan.cli.browser;

import org.jspecify.annotations.NullMarked;
