// SPDX-License-Identifier: Apache-2.0
/** The cores of station and agents in one thread, with time, network, disks and processes in the simulation's hands. */
@NullMarked
package dev.steward.e2e.sim;

import org.jspecify.annotations.NullMarked;
