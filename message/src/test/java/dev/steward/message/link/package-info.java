// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.message.link;

import org.jspecify.annotations.NullMarked;
