// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.message.broker;

import org.jspecify.annotations.NullMarked;
