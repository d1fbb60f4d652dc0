// SPDX-License-Identifier: Apache-2.0
/** How a machine becomes a node: its keys, and what the station has to say to them. */
@NullMarked
package dev.steward.agent.enrolment;

import org.jspecify.annotations.NullMarked;
