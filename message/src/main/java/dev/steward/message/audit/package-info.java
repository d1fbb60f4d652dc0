// SPDX-License-Identifier: Apache-2.0
/** Who has done what, in a chain of hashes: written by the station and by each node, checked by whoever reads it. */
@NullMarked
package dev.steward.message.audit;

import org.jspecify.annotations.NullMarked;
