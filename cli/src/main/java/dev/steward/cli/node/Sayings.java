// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.node;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What is said of the keys of one name, here and by the station.
 *
 * @param trusted signed here, or by an authority that is known here: the newest of each key
 * @param doubtful that the station lets in, by the word of somebody else
 * @param reasons why what the station shows is not trusted
 * @param strangers who has signed it and is not known here
 */
record Sayings(
        Map<VerificationKey, KnownNode> trusted,
        List<KnownNode> doubtful,
        List<String> reasons,
        List<KeyId> strangers) {
    /** @param signers those who are known here */
    static Sayings of(
            NodeName name,
            List<SignedDocument> documents,
            KnownNodes nodes,
            FleetId fleet,
            Function<KeyId, Optional<VerificationKey>> signers)
            throws Failure {
        var trusted = new LinkedHashMap<VerificationKey, KnownNode>();
        var doubtful = new ArrayList<KnownNode>();
        var reasons = new ArrayList<String>();
        var strangers = new ArrayList<KeyId>();
        for (KnownNode node : shown(documents, name, fleet, reasons::add)) {
            try {
                checkSigned(node, signers);
                trusted.merge(node.record().key(), node, KnownNode::newer);
            } catch (RefusedException e) {
                reasons.add(e.getMessage());
                if (signers.apply(node.record().issuer()).isEmpty()) {
                    strangers.add(node.record().issuer());
                }
                if (!node.isRevoked()) {
                    doubtful.add(node);
                }
            }
        }
        for (VerificationKey key : List.copyOf(trusted.keySet())) {
            nodes.revocation(key).ifPresent(node -> trusted.merge(key, node, KnownNode::newer));
        }
        nodes.find(name).ifPresent(node -> trusted.merge(node.record().key(), node, KnownNode::newer));
        return new Sayings(trusted, doubtful, reasons, strangers);
    }

    /** Those that are records of the name at all, whoever has signed them. */
    static List<KnownNode> shown(
            List<SignedDocument> documents, NodeName name, FleetId fleet, Consumer<String> unusable) {
        var shown = new ArrayList<KnownNode>();
        var seen = new HashSet<String>();
        for (SignedDocument document : documents) {
            if (!seen.add(new String(document.encode(), StandardCharsets.UTF_8))) {
                continue;
            }
            if (seen.size() > Limits.RECORDS_OF_A_NAME) { // each signature takes a millisecond
                unusable.accept("more than %d records of one name".formatted(Limits.RECORDS_OF_A_NAME));
                break;
            }
            try {
                shown.add(KnownNode.of(document, fleet).checkedFor(name));
            } catch (RefusedException e) {
                unusable.accept(e.getMessage());
            }
        }
        return shown;
    }

    /** By whoever is known here among those who have signed: each of them vouches for it. */
    private static void checkSigned(KnownNode node, Function<KeyId, Optional<VerificationKey>> signers)
            throws RefusedException {
        KeyId issuer = node.record().issuer();
        if (node.isSignedByOneOf(signers)) {
            return;
        }
        if (signers.apply(issuer).isEmpty()) {
            throw new RefusedException("it is signed by %s, no authority that is known here".formatted(issuer));
        }
        throw new RefusedException("it names %s as its signer, but this signature does not hold".formatted(issuer));
    }

    /** Each key that is let in, by whatever is best known of it. */
    List<KnownNode> active() {
        return Stream.concat(
                        trusted.values().stream().filter(each -> !each.isRevoked()),
                        doubtful.stream()
                                .filter(each ->
                                        !trusted.containsKey(each.record().key())))
                .toList();
    }

    /** What is said of a key, trusted or not. */
    Stream<KnownNode> of(KeyId key) {
        return Stream.concat(trusted.values().stream(), doubtful.stream()).filter(each -> each.isOf(key));
    }
}
