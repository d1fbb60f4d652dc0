// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import dev.steward.message.broker.Credentials;
import io.nats.client.AuthHandler;
import org.jspecify.annotations.Nullable;

/** A broker login in the client library's terms. */
final class BrokerAccess {
    private BrokerAccess() {}

    /** The library's own needs another one that costs an agent 26 MB of memory. */
    static AuthHandler handler(Credentials credentials) {
        return new AuthHandler() {
            @Override
            public byte[] sign(byte[] nonce) {
                return credentials.key().sign(nonce);
            }

            @Override
            public char @Nullable [] getID() {
                return null; // it stands in the token
            }

            @Override
            public char[] getJWT() {
                return credentials.token().orElse("").toCharArray();
            }
        };
    }
}
