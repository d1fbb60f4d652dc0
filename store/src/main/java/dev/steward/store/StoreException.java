// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import org.jspecify.annotations.Nullable;

/** The store failed. Nothing of the open transaction counts; whoever drives the store closes and reopens it. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
