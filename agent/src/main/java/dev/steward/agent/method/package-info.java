// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.agent.method;

import org.jspecify.annotations.NullMarked;
