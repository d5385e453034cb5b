/**
 * The expressions of a mapping, in CEL, the Common Expression Language: read and type-checked once, then asked of each change. What is inexact,
 * unbounded or looks outside the change is not in the language here.
 * Start at {@link dev.banyan.bridge.cel.CelConditions}.
 */
@NullMarked
package dev.banyan.bridge.cel;

import org.jspecify.annotations.NullMarked;
