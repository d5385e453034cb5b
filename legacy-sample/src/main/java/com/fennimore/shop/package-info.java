/** The shop. */
@NullMarked
package com.fennimore.shop;

import org.jspecify.annotations.NullMarked;
