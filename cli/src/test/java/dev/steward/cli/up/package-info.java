// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.cli.up;

import org.jspecify.annotations.NullMarked;
