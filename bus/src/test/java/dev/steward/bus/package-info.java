// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.bus;

import org.jspecify.annotations.NullMarked;
