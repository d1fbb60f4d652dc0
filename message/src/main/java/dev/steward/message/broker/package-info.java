// SPDX-License-Identifier: Apache-2.0
/** Who may do what at the broker: its keys and tokens in NATS's own formats. */
@NullMarked
package dev.steward.message.broker;

import org.jspecify.annotations.NullMarked;
