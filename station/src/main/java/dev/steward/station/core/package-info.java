// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.station.core;

import org.jspecify.annotations.NullMarked;
