// SPDX-License-Identifier: Apache-2.0
/** What the operator has in front: streams, exit codes, failures, and text made safe to print. */
@NullMarked
package dev.steward.cli.terminal;

import org.jspecify.annotations.NullMarked;
