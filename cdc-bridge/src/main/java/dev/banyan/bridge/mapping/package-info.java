/**
 * The mapping from legacy rows to domain events: the language a person writes it in, and the mapper that applies it. A mapping says which
 * tables make an aggregate, how columns become fields, which change means which event and what never leaves. It is data: conditions
 * are fields and values, and expressions of a language that only {@link dev.banyan.bridge.mapping.Conditions} knows. Mapping a
 * transaction is a function of the transaction and the rows remembered so far.
 * Start at {@link dev.banyan.bridge.mapping.MappingFile} and {@link dev.banyan.bridge.mapping.Mapper}.
 */
@NullMarked
package dev.banyan.bridge.mapping;

import org.jspecify.annotations.NullMarked;
