// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.message;

import org.jspecify.annotations.NullMarked;
