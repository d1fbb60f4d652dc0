// SPDX-License-Identifier: Apache-2.0
/** Lists of operators and records of nodes that wait for signatures of further authorities. */
@NullMarked
package dev.steward.cli.held;

import org.jspecify.annotations.NullMarked;
