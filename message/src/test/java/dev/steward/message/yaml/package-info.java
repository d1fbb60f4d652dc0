// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.message.yaml;

import org.jspecify.annotations.NullMarked;
