// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.link;

import java.time.Instant;

/**
 * The present moment, handed into every core.
 *
 * @param millis monotonic, from an arbitrary origin: for timers and run times
 * @param wall for people, records and deadlines
 */
public record Now(long millis, Instant wall) {}
