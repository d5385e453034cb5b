/**
 * What the gateway counts. Statistics go by the side a caller was assigned, whoever served in the end. Plain functions on
 * plain values, so that every way a request can take records the same. Start at {@link dev.banyan.gateway.record.Traffic}.
 */
@NullMarked
package dev.banyan.gateway.record;

import org.jspecify.annotations.NullMarked;
