// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import java.util.Map;

/**
 * A message as the bus carries it.
 *
 * @param headers at most one value a name
 * @param body not copied; nobody writes to it
 */
public record WireMessage(String subject, Map<String, String> headers, byte[] body) {
    /** An upper estimate of its size on the wire, headers included. */
    public int encodedBytes() {
        int size = subject.length() + body.length + 32;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            size += header.getKey().length() + header.getValue().length() + 4;
        }
        return size;
    }
}
