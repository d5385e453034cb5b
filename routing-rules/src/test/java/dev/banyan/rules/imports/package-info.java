/** Tests of what is made of other systems' configuration. */
@NullMarked
package dev.banyan.rules.imports;

import org.jspecify.annotations.NullMarked;
