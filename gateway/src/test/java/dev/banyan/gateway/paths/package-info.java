/** What real servers take a path for, against what the rules think that they could. */
@NullMarked
package dev.banyan.gateway.paths;

import org.jspecify.annotations.NullMarked;
