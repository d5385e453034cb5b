/**
 * What customers ask: how many points they have, from which orders, and who has most. Plain Java and SQL on the ledger, no
 * Spring and no Kafka. Start at {@link dev.banyan.loyalty.account.Accounts}.
 */
@NullMarked
package dev.banyan.loyalty.account;

import org.jspecify.annotations.NullMarked;
