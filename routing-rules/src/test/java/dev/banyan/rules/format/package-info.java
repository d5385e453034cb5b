/** Tests of the layout of rule files. */
@NullMarked
package dev.banyan.rules.format;

import org.jspecify.annotations.NullMarked;
