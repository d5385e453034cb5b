/**
 * Files that people write: YAML read with the line and column of every key and value, so that all of a file's problems can be reported
 * at once and each at its place. Nothing in such a file is ever evaluated: expressions, anchors and merge keys are refused.
 * Start at {@link dev.banyan.bridge.yaml.YamlFile}.
 */
@NullMarked
package dev.banyan.bridge.yaml;

import org.jspecify.annotations.NullMarked;
