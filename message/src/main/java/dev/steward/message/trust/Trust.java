// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.Document;
import dev.steward.message.Limits;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * Whom a machine obeys: its own trust file, and the newest list of operators that authorities of that file have signed.
 * Every refusal begins with the check that failed. Immutable.
 */
public final class Trust {
    /** A key that is known here, be it good or not. */
    public record Operator(
            String name,
            VerificationKey key,
            boolean isAuthority,
            Optional<Instant> expiresAt,
            Optional<Instant> revokedAt) {
        public boolean isRevoked() {
            return revokedAt.isPresent();
        }

        public boolean isExpired(Instant now) {
            return expiresAt.filter(at -> !now.isBefore(at)).isPresent();
        }

        public boolean isGood(Instant now) {
            return !isRevoked() && !isExpired(now);
        }
    }

    private final Signatures check;
    private final LocalTrust local;

    /** Whatever was accepted last: a trust file that can't be used for a while must not make a list forgotten. */
    private final Optional<SignedList> accepted;

    private final Optional<SignedList> list;
    private final Map<KeyId, Operator> operators = new LinkedHashMap<>();

    /**
     * What a file and a list say together. The list counts where it is of the file's fleet. Where the file's authorities
     * are no longer those that signed it, its number and its revocations count alone.
     *
     * @param accepted as it was accepted once
     */
    public Trust(Signatures check, LocalTrust local, Optional<SignedList> accepted) {
        this.check = check;
        this.local = local;
        this.accepted = accepted;
        this.list = accepted.filter(each -> local.file()
                .filter(file -> file.fleet().equals(each.list().fleet()))
                .isPresent());
        this.list.ifPresent(this::addOperators);
        local.file().ifPresent(file -> file.authorities().forEach(this::addAuthority));
    }

    private void addOperators(SignedList from) {
        TrustFile file = local.file().orElseThrow();
        long authorities = file.authorities().values().stream()
                .filter(key -> from.signed().isSignedBy(key, check))
                .count();
        boolean grants = authorities >= file.authoritySignatures();
        from.list().operators().stream()
                .filter(each -> grants
                        || each.revokedAt().isPresent()
                        || file.authorities().containsValue(each.key()))
                .forEach(each -> operators.put(
                        each.key().id(),
                        new Operator(each.name(), each.key(), false, each.expiresAt(), each.revokedAt())));
    }

    /** A list may revoke an authority, or let it expire, but gives it no other name. */
    private void addAuthority(String name, VerificationKey key) {
        Operator listed = operators.get(key.id());
        operators.put(
                key.id(),
                listed == null
                        ? new Operator(name, key, true, Optional.empty(), Optional.empty())
                        : new Operator(name, key, true, listed.expiresAt(), listed.revokedAt()));
    }

    public Trust with(LocalTrust other) {
        return new Trust(check, other, accepted);
    }

    public Trust with(SignedList newer) {
        return new Trust(check, local, Optional.of(newer));
    }

    public LocalTrust local() {
        return local;
    }

    /** The list in force. */
    public Optional<SignedList> list() {
        return list;
    }

    /** The number of the list, 0 where there is none. */
    public long listNumber() {
        return list.map(each -> each.list().number()).orElse(0L);
    }

    public Collection<Operator> operators() {
        return operators.values();
    }

    /** The name that a key has here, or else its fingerprint. */
    public String nameOf(KeyId key) {
        return Optional.ofNullable(operators.get(key)).map(Operator::name).orElse(key.value());
    }

    /**
     * Whether a document comes from whom it says, for this fleet: without that it is nobody's word, and nothing is owed.
     *
     * @throws RefusedException where it does not; the text begins with the check that failed
     */
    public void authenticate(SignedDocument signed, Document document) throws RefusedException {
        if (!document.fleet().equals(file().fleet())) {
            throw new RefusedException("fleet: the document is for the fleet %s, and this is %s"
                    .formatted(document.fleet(), file().fleet()));
        }
        KeyId issuer = document.issuer();
        if (!signed.signatures().getFirst().key().equals(issuer)) {
            throw new RefusedException("signature: the first to sign must be the issuer, " + issuer);
        }
        Operator first = issuer(document);
        if (!signed.isSignedBy(first.key(), check)) {
            throw new RefusedException(
                    "signature: it is not %s's, or the document is not what was signed".formatted(first.name()));
        }
    }

    /**
     * Who has signed an authentic document: its issuer, whose key must be good, and all others whose keys are good and
     * whose signatures hold.
     *
     * @return their names
     */
    public SequencedSet<String> signers(SignedDocument signed, Document document, Instant now) throws RefusedException {
        return names(goodSigners(signed, document, now));
    }

    /**
     * Whether a list may take the place of the present one.
     *
     * @throws RefusedException where it may not; the text begins with the check that failed
     */
    public void checkList(SignedDocument signed, OperatorList next, Instant now) throws RefusedException {
        checkAuthorities(signed, next, now);
        checkFollows(next);
    }

    /**
     * Whether a list may take the place of the present one once enough have signed it.
     *
     * @throws RefusedException where it may not; the text begins with the check that failed
     */
    public void checkFollows(OperatorList next) throws RefusedException {
        TrustFile file = file();
        if (next.number() <= listNumber()) {
            throw new RefusedException("number: the list of operators in force has number %d, this one %d"
                    .formatted(listNumber(), next.number()));
        }
        if (list.isPresent() && !next.keepsRevocationsOf(list.get().list())) {
            throw new RefusedException("revocation: what a list has revoked stays revoked, and this one leaves it out");
        }
        for (OperatorList.Operator each : next.operators()) {
            VerificationKey authority = file.authorities().get(each.name());
            if (authority != null
                    && !authority.equals(each.key())
                    && each.revokedAt().isEmpty()) {
                throw new RefusedException(
                        "name: %s is an authority of the trust file, with another key".formatted(each.name()));
            }
        }
    }

    /**
     * Whether as many authorities as the trust file asks for have signed what only they may say: lists of operators, and
     * which machine is a node.
     *
     * @throws RefusedException where they have not; the text begins with the check that failed
     */
    public void checkAuthorities(SignedDocument signed, Document document, Instant now) throws RefusedException {
        Quorum quorum = quorum(signed, document, now);
        if (!quorum.isMet()) {
            throw lacks(quorum);
        }
    }

    /**
     * How many authorities have signed what only they may say, and how many must.
     *
     * @throws RefusedException where none has; the text begins with the check that failed
     */
    public Quorum quorum(SignedDocument signed, Document document, Instant now) throws RefusedException {
        int needed = file().authoritySignatures();
        authenticate(signed, document);
        var authorities = new ArrayList<String>();
        var keys = new HashSet<KeyId>();
        for (Operator each : goodSigners(signed, document, now)) {
            if (each.isAuthority()) {
                authorities.add(each.name()); // the file gives each name one key, and each key one name
                keys.add(each.key().id());
            }
        }
        SignedDocument counted = new SignedDocument(
                signed.document(),
                signed.signatures().stream()
                        .filter(each -> each.key().equals(document.issuer()) || keys.contains(each.key()))
                        .limit(Limits.SIGNATURES)
                        .toList());
        var quorum = new Quorum(counted, authorities, needed);
        if (authorities.isEmpty()) {
            throw lacks(quorum);
        }
        return quorum;
    }

    private static RefusedException lacks(Quorum quorum) {
        return new RefusedException(
                "authority: this needs the signatures of %d authorities of the trust file, and has %d"
                        .formatted(quorum.needed(), quorum.authorities().size()));
    }

    /**
     * Whether one good authority has signed a document first.
     *
     * @throws RefusedException where it has not; the text begins with the check that failed
     */
    public void checkIssuerIsAuthority(SignedDocument signed, Document document, Instant now) throws RefusedException {
        authenticate(signed, document);
        if (!goodSigners(signed, document, now).getFirst().isAuthority()) {
            throw new RefusedException("authority: %s is none of the trust file".formatted(nameOf(document.issuer())));
        }
    }

    /**
     * Whether a rule allows what good signers ask for.
     *
     * @return the rule that does, for people
     * @throws RefusedException where none does; the text begins with {@code policy:}
     */
    public String allow(Request request) throws RefusedException {
        return switch (file().judge(request)) {
            case Verdict.Allowed(String by) -> by;
            case Verdict.Refused(String reason) -> throw new RefusedException("policy: " + reason);
        };
    }

    /** Whether a key is known here, and good for nothing any more. */
    public boolean isRevoked(KeyId key) {
        return Optional.ofNullable(operators.get(key))
                .filter(Operator::isRevoked)
                .isPresent();
    }

    /** Whether this key is a good operator's, and its signature of this holds. */
    public boolean isGoodSignature(SignedDocument signed, KeyId key, Instant now) {
        Operator operator = operators.get(key);
        return operator != null && operator.isGood(now) && signed.isSignedBy(operator.key(), check);
    }

    /** Whether a rule of the file asks for more than one signature. */
    public boolean asksForSeveral() {
        return local.file().filter(TrustFile::asksForSeveral).isPresent();
    }

    /** What signatures a request lacks; empty where a rule allows it, or none would with more of them. */
    public Optional<Lack> lack(Request request) throws RefusedException {
        return file().lack(request);
    }

    private SequencedSet<Operator> goodSigners(SignedDocument signed, Document document, Instant now)
            throws RefusedException {
        Operator first = issuer(document);
        if (first.isRevoked()) {
            throw new RefusedException("key: %s's key %s was revoked at %s"
                    .formatted(
                            first.name(),
                            first.key().id(),
                            Times.text(first.revokedAt().orElseThrow())));
        }
        if (first.isExpired(now)) {
            throw new RefusedException("key: %s's key %s expired at %s"
                    .formatted(
                            first.name(),
                            first.key().id(),
                            Times.text(first.expiresAt().orElseThrow())));
        }
        var good = new LinkedHashSet<Operator>();
        good.add(first);
        for (SignedDocument.Signature signature : signed.signatures()) {
            Operator other = operators.get(signature.key());
            if (other != null && !other.equals(first) && other.isGood(now) && signed.isSignedBy(other.key(), check)) {
                good.add(other);
            }
        }
        return good;
    }

    private Operator issuer(Document document) throws RefusedException {
        Operator operator = operators.get(document.issuer());
        if (operator == null) {
            throw new RefusedException("signature: %s is no operator's key here".formatted(document.issuer()));
        }
        return operator;
    }

    private static SequencedSet<String> names(Collection<Operator> operators) {
        var names = new LinkedHashSet<String>();
        operators.forEach(operator -> names.add(operator.name()));
        return names;
    }

    private TrustFile file() throws RefusedException {
        return local.file().orElseThrow(() -> new RefusedException("trust: " + local.problem()));
    }
}
