/**
 * What a run measured, as data, as JSON and as the Markdown page in {@code docs/measurements}. Start at
 * {@link dev.banyan.bench.report.Results}.
 */
@NullMarked
package dev.banyan.bench.report;

import org.jspecify.annotations.NullMarked;
