// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.agent;

import org.jspecify.annotations.NullMarked;
