/**
 * What a demo measured, as data and as the JSON file that {@code --report} writes; docs/reference/demo-report.md describes it.
 * Start at {@link dev.banyan.cli.report.Report}.
 */
@NullMarked
package dev.banyan.cli.report;

import org.jspecify.annotations.NullMarked;
