// SPDX-License-Identifier: Apache-2.0
/** By what the two ends of a link know each other: keys, and a MAC on every frame. */
@NullMarked
package dev.steward.message.seal;

import org.jspecify.annotations.NullMarked;
