// SPDX-License-Identifier: Apache-2.0
/** The commands of {@code steward}, one class each; {@link dev.steward.cli.Main} is their list. */
@NullMarked
package dev.steward.cli;

import org.jspecify.annotations.NullMarked;
