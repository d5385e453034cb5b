/**
 * Tests of a mapping, written beside it or in it: rows that are there, what one transaction does to them, and the events it must become.
 * They need neither database nor hub.
 * Start at {@link dev.banyan.bridge.mappingtest.MappingTests}.
 */
@NullMarked
package dev.banyan.bridge.mappingtest;

import org.jspecify.annotations.NullMarked;
