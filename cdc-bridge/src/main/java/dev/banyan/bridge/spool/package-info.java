/**
 * Where whole transactions wait on the disk while the hub does not take them, encrypted and in order, so that the legacy database can
 * forget them. Start at {@link dev.banyan.bridge.spool.Spool}; {@link dev.banyan.bridge.spool.DiskSpool} is the real one.
 */
@NullMarked
package dev.banyan.bridge.spool;

import org.jspecify.annotations.NullMarked;
