/**
 * The admin API: its own server on its own loopback port, behind a token. It reads what the rest of the gateway counts and
 * decides nothing about requests. Start at {@link dev.banyan.gateway.admin.AdminServer}.
 */
@NullMarked
package dev.banyan.gateway.admin;

import org.jspecify.annotations.NullMarked;
