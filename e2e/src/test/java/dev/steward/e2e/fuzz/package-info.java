// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.e2e.fuzz;

import org.jspecify.annotations.NullMarked;
