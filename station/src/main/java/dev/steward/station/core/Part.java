// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.core;

import dev.steward.message.Document;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Target;
import dev.steward.message.signing.SignedDocument;
import java.util.Arrays;
import java.util.List;

/** One of the documents that are a command, with its signatures. */
record Part(SignedDocument signed, Document.Command document) {
    static Part read(byte[] bytes) throws RefusedException {
        SignedDocument signed = SignedDocument.decode(bytes);
        if (!(signed.read() instanceof Document.Command command)) {
            throw new RefusedException("expected a command document");
        }
        return new Part(signed, command);
    }

    int number() {
        return document.part();
    }

    /** Whether it is the same document, and that one has all signatures of this. */
    boolean isIn(SignedDocument kept) {
        return Arrays.equals(signed.document(), kept.document())
                && kept.signatures().containsAll(signed.signatures());
    }

    static List<NodeName> targets(List<Part> parts) {
        return parts.stream()
                .flatMap(part -> part.document.targets().stream().map(Target::node))
                .toList();
    }

    static List<byte[]> documents(List<Part> parts) {
        return parts.stream().map(part -> part.signed.document()).toList();
    }

    /** As {@code shellcommand.operatingsystem for 3 nodes: ship1, ship2, ship3}. */
    static String described(List<Part> parts) {
        Document.Command first = parts.getFirst().document;
        return "%s.%s%s for %s"
                .formatted(
                        first.method(), first.domain(), first.dryRun() ? " (test)" : "", described(targets(parts), 5));
    }

    static String described(List<NodeName> nodes, int shown) {
        String names = String.join(
                ", ", nodes.stream().limit(shown).map(NodeName::value).toList());
        return nodes.size() == 1
                ? names
                : "%d nodes: %s%s".formatted(nodes.size(), names, nodes.size() > shown ? ", …" : "");
    }
}
