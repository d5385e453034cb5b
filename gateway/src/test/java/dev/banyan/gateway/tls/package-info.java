@NullMarked
package dev.banyan.gateway.tls;

import org.jspecify.annotations.NullMarked;
