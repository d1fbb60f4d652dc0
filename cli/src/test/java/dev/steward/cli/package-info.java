// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.cli;

import org.jspecify.annotations.NullMarked;
