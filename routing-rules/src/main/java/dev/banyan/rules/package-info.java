/**
 * The routing rules as a plain library: the model, the reader of rule files with its checks, the index that routes a
 * request in a time that does not depend on the number of rules, and the cohort hash. Nothing here knows a transport,
 * and nothing but {@link RulesFolder} touches a file.
 *
 * <p>Everything is immutable. A {@link RuleSet} says what is wanted, a {@link RoutingTable} is compiled from it and
 * decides. Start at {@link RoutingTable#decide}.
 */
@NullMarked
package dev.banyan.rules;

import org.jspecify.annotations.NullMarked;
