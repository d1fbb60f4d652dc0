// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.message.Document;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.signing.SignedDocument;
import java.util.List;
import java.util.Optional;

/** Holds what a caller hands in against the scope of its token: every target of every document. */
final class ScopeCheck {
    private final Caller caller;

    ScopeCheck(Caller caller) {
        this.caller = caller;
    }

    /** Of commands, by the method that each document says: that the parts of one say the same is checked later. */
    void order(List<byte[]> documents) throws RefusedException {
        if (!caller.scope().isAll()) {
            for (byte[] bytes : documents) {
                if (read(bytes) instanceof Document.Command command) {
                    check(command.method(), command.targets());
                } else {
                    throw new RefusedException("expected a command document");
                }
            }
        }
    }

    /**
     * Of cancels of one command; that they are of no other is checked later.
     *
     * @param method of that command, as the ledger has it
     */
    void cancel(String method, List<byte[]> documents) throws RefusedException {
        if (!caller.scope().isAll()) {
            for (byte[] bytes : documents) {
                if (read(bytes) instanceof Document.Cancel cancel) {
                    check(method, cancel.targets());
                } else {
                    throw new RefusedException("expected a cancel document");
                }
            }
        }
    }

    private void check(String method, List<Target> targets) {
        Optional<String> refusal = caller.scope().refusal(method, targets);
        if (refusal.isPresent()) {
            throw ApiException.forbidden(
                    "the API token '%s' may not send this: %s".formatted(caller.name(), refusal.get()));
        }
    }

    private static Object read(byte[] bytes) throws RefusedException {
        try {
            return SignedDocument.decode(bytes).read();
        } catch (RefusedException e) {
            throw new RefusedException("document: " + e.getMessage());
        }
    }
}
