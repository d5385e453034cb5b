/** A gateway under faults, and what may never happen then. */
@NullMarked
package dev.banyan.gateway.faults;

import org.jspecify.annotations.NullMarked;
