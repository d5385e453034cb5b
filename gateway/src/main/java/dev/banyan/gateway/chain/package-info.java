/**
 * The steps of a request, as Spring Cloud Gateway filters: thin, each calling plain functions of the call. Nothing here collects a body,
 * blocks, or follows a redirect. Start at {@link dev.banyan.gateway.chain.Passage}, then the list in the wiring class.
 */
@NullMarked
package dev.banyan.gateway.chain;

import org.jspecify.annotations.NullMarked;
