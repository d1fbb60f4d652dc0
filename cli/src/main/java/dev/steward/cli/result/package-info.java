// SPDX-License-Identifier: Apache-2.0
/** Waiting for executions, and showing what became of them. */
@NullMarked
package dev.steward.cli.result;

import org.jspecify.annotations.NullMarked;
