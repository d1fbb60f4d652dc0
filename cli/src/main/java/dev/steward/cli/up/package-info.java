// SPDX-License-Identifier: Apache-2.0
/** Broker, station and nodes on one machine, for {@code steward up}. */
@NullMarked
package dev.steward.cli.up;

import org.jspecify.annotations.NullMarked;
