package dev.banyan.gateway.chain;

import io.netty.handler.codec.http.HttpHeaders;

/**
 * What a route's filters made of a request.
 *
 * @param target path and query; filters may change the query only
 */
record Filtered(String target, HttpHeaders head) {}
