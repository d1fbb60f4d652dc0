// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.message.seal;

import org.jspecify.annotations.NullMarked;
