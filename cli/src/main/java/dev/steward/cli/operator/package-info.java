// SPDX-License-Identifier: Apache-2.0
/** Who orders: the operator's folder, keys in files and in ssh-agent, the fleet's list of operators. */
@NullMarked
package dev.steward.cli.operator;

import org.jspecify.annotations.NullMarked;
