// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.broker;

import dev.steward.message.signing.KeyId;

/**
 * How a client and a broker know each other.
 *
 * @param authority the key that has signed the broker's certificate; no other one is believed
 * @param credentials with which the client logs in
 */
public record BrokerLogin(KeyId authority, Credentials credentials) {}
