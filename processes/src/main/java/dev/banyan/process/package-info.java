/**
 * Other programs as children of this one: started with their output in a file, watched, killed or stopped, and never left
 * behind, not even when this program is killed. Start at {@link dev.banyan.process.Children}.
 */
@NullMarked
package dev.banyan.process;

import org.jspecify.annotations.NullMarked;
