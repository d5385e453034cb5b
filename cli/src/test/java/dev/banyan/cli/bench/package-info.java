/** {@code ./banyan bench}, whose figures nothing here looks at. Start at {@link dev.banyan.cli.bench.BenchIT}. */
@NullMarked
package dev.banyan.cli.bench;

import org.jspecify.annotations.NullMarked;
