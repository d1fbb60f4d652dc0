// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.store;

import org.jspecify.annotations.NullMarked;
