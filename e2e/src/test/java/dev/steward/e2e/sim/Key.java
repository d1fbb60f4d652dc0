// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.NodeName;

/** Names an execution. */
record Key(CommandId command, NodeName node) {}
