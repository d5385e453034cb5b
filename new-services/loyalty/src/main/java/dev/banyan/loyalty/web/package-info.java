/**
 * Points over HTTP, with Spring MVC: as HTML, as JSON, and the status page for operators. Start at
 * {@link dev.banyan.loyalty.web.LoyaltyPages}.
 */
@NullMarked
package dev.banyan.loyalty.web;

import org.jspecify.annotations.NullMarked;
