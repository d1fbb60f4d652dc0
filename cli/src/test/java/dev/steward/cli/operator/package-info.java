// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.cli.operator;

import org.jspecify.annotations.NullMarked;
