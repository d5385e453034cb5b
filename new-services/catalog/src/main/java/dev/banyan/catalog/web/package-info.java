/**
 * The catalogue over HTTP, with Spring MVC: the same URLs as the shop's, as HTML and as JSON, and the status page for
 * operators. Start at {@link dev.banyan.catalog.web.CatalogPages}.
 */
@NullMarked
package dev.banyan.catalog.web;

import org.jspecify.annotations.NullMarked;
