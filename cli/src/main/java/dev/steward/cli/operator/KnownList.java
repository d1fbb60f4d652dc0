// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.cli.terminal.Failure;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.Limits;
import dev.steward.message.OperatorList;
import dev.steward.message.OperatorList.Operator;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.Digest;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A fleet's list of operators as it was seen. Whoever signs the next one vouches for all that is on it, so a list that
 * the station shows is checked first: a station that was taken over could slip a key in, or hide a revocation.
 */
public record KnownList(Optional<SignedDocument> signed, Optional<OperatorList> list) {
    /** Between two lists that are seen one after the other; who jumps to the last number leaves none for a revocation. */
    private static final long LARGEST_STEP = 1_000;

    /** Before there is a first one. */
    public static final KnownList NONE = new KnownList(Optional.empty(), Optional.empty());

    /** @param text as it travels; empty where there is no list */
    public static KnownList of(Optional<String> text) throws RefusedException {
        return text.isEmpty() ? NONE : of(SignedDocument.decode(text.get().getBytes(StandardCharsets.UTF_8)));
    }

    public static KnownList of(SignedDocument signed) throws RefusedException {
        Document document = signed.read();
        if (!(document instanceof OperatorList list)) {
            throw new RefusedException("this is no list of operators");
        }
        return new KnownList(Optional.of(signed), Optional.of(list));
    }

    public long number() {
        return list.map(OperatorList::number).orElse(0L);
    }

    public List<Operator> operators() {
        return list.map(OperatorList::operators).orElse(List.of());
    }

    public String text() {
        return new String(signed.orElseThrow().encode(), StandardCharsets.UTF_8);
    }

    /** Whether both are the same document, to the byte. */
    boolean isSameAs(KnownList other) {
        return signed.isPresent()
                && other.signed.isPresent()
                && Arrays.equals(signed.get().document(), other.signed.get().document());
    }

    /**
     * Checks that what the station shows may follow this one. Only what was signed here is built on unseen: the station
     * could have made a key of its own, and who is on the list need not be one of its authorities.
     *
     * @param accepted the mark of a list that the operator has looked at
     */
    void checkSuccessor(KnownList shown, Identity self, Optional<String> accepted) throws Failure {
        if (shown.list.isEmpty()) {
            return; // the caller has compared the numbers
        }
        OperatorList next = shown.list.get();
        if (!next.fleet().equals(self.fleet())) {
            throw doubtful("is of the fleet %s, but this operator's fleet is %s".formatted(next.fleet(), self.fleet()));
        }
        if (list.isPresent()) {
            if (isSameAs(shown)) {
                return;
            }
            checkFollows(list.get(), next);
        }
        Operator signer = signerOf(shown, self);
        String mark = shown.mark();
        if (!signer.key().equals(self.signer().key()) && !accepted.equals(Optional.of(mark))) {
            throw unseen(next, signer, mark);
        }
    }

    /** Checks that a list which is not in force yet may come after this one. */
    void checkMayBeFollowedBy(OperatorList next) throws Failure {
        if (list.isPresent()) {
            if (next.number() <= number()) {
                throw doubtful("has the number %d, and list %d was seen here".formatted(next.number(), number()));
            }
            checkFollows(list.get(), next);
        }
    }

    private static void checkFollows(OperatorList known, OperatorList next) throws Failure {
        if (next.number() == known.number()) {
            throw doubtful(
                    "has the number %d, but another list %d was seen here before; two lists of one number can't both hold"
                            .formatted(next.number(), next.number()));
        }
        if (next.number() - known.number() > LARGEST_STEP) {
            throw doubtful("has the number %d, more than %d above the %d that was seen here before"
                    .formatted(next.number(), LARGEST_STEP, known.number()));
        }
        if (!next.keepsRevocationsOf(known)) {
            throw doubtful("leaves out a revocation that was seen before, in list %d".formatted(known.number()));
        }
    }

    /** On what was kept here, whatever the list says of its signer; where nothing was kept yet it is shown as it is. */
    private Operator signerOf(KnownList shown, Identity self) throws Failure {
        OperatorList next = shown.list.orElseThrow();
        var own = new Operator(self.name(), self.signer().key(), Optional.empty(), Optional.empty());
        Operator signer = list.orElse(next)
                .find(next.issuer())
                .or(() -> Optional.of(own).filter(each -> each.key().id().equals(next.issuer())))
                .orElseThrow(() -> doubtful("is signed by %s, %s"
                        .formatted(
                                next.issuer(),
                                list.isEmpty()
                                        ? "which it does not name"
                                        : "which list %d, that was seen here before, does not name"
                                                .formatted(number()))));
        if (!shown.signed.orElseThrow().isSignedBy(signer.key(), Signatures.ED25519)) {
            throw doubtful("names %s as its signer, but this signature does not hold".formatted(next.issuer()));
        }
        if (list.isPresent() && signer.revokedAt().isPresent()) {
            throw doubtful("is signed by %s, which is revoked".formatted(next.issuer()));
        }
        return signer;
    }

    private Failure unseen(OperatorList next, Operator signer, String mark) {
        boolean revokesItself = next.find(next.issuer())
                .filter(each -> each.revokedAt().isPresent())
                .isPresent();
        return Failure.credential("""
                list %d of operators, signed by %s%s, was not seen here before; whoever signs the next one vouches for it
                %s  compare number and fingerprints with their owners, then give the same line again with --accept %s""".formatted(
                        next.number(),
                        ListDifference.named(signer),
                        revokesItself ? ", which it revokes" : "",
                        new ListDifference(operators(), next.operators()).text(),
                        mark));
    }

    /** Names these very bytes, so that none but what was looked at is accepted. */
    String mark() {
        return HexFormat.of().formatHex(Digest.SHA_256.of(signed.orElseThrow().document()));
    }

    private static Failure doubtful(String why) {
        return Failure.credential(
                "the list of operators that the station shows is not to be trusted: it %s\n  nothing was changed; is this the right station, and its ledger no older copy?"
                        .formatted(why));
    }

    /** The next list, unsigned. */
    OperatorList next(Identity self, List<Operator> operators, CommandId id, Instant now) throws Failure {
        if (operators.size() > Limits.OPERATORS) {
            throw Failure.usage("a list may have %d operators, the revoked ones included".formatted(Limits.OPERATORS));
        }
        var next = new OperatorList(id, self.fleet(), self.id(), now, number() + 1, operators);
        if (next.encode().length > Limits.DOCUMENT_BYTES) {
            throw Failure.usage("the list of operators would be larger than %d bytes".formatted(Limits.DOCUMENT_BYTES));
        }
        return next;
    }
}
