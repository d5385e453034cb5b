/**
 * What stands in the bridge's way, looked for without changing anything: the legacy database's settings, rights, slot and columns, with the
 * SQL that mends each.
 * Start at {@link dev.banyan.bridge.doctor.SourceChecks}.
 */
@NullMarked
package dev.banyan.bridge.doctor;

import org.jspecify.annotations.NullMarked;
