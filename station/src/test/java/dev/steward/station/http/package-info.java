// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.station.http;

import org.jspecify.annotations.NullMarked;
