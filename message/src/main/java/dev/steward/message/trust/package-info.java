// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.message.trust;

import org.jspecify.annotations.NullMarked;
