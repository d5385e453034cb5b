/**
 * Files of checksummed frames, in which spool and lake keep what is not to be lost: whole or not there, or named as damaged. Start at
 * {@link dev.banyan.bridge.frame.FrameFile}.
 */
@NullMarked
package dev.banyan.bridge.frame;

import org.jspecify.annotations.NullMarked;
