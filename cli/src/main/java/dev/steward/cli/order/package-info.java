// SPDX-License-Identifier: Apache-2.0
/** From what an operator writes to the documents that are ordered. */
@NullMarked
package dev.steward.cli.order;

import org.jspecify.annotations.NullMarked;
