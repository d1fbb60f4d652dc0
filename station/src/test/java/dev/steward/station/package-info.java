// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.station;

import org.jspecify.annotations.NullMarked;
