/** What the whole project ships, held against rules about it. Start at {@link dev.banyan.cli.supply.AdvisoryFloorIT}. */
@NullMarked
package dev.banyan.cli.supply;

import org.jspecify.annotations.NullMarked;
