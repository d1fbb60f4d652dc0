// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.message.json;

import org.jspecify.annotations.NullMarked;
