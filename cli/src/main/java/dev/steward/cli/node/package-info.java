// SPDX-License-Identifier: Apache-2.0
/** Who becomes a node: tokens, approvals and revocations, signed here, and what was signed. */
@NullMarked
package dev.steward.cli.node;

import org.jspecify.annotations.NullMarked;
