// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.agent.facts;

import org.jspecify.annotations.NullMarked;
