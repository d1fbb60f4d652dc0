// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.held;

import dev.steward.cli.api.EnrolmentInfo;
import dev.steward.cli.api.HeldInfo;
import dev.steward.cli.node.HeldRecord;
import dev.steward.cli.operator.HeldList;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.KnownList;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.Document;
import dev.steward.message.NodeRecord;
import dev.steward.message.OperatorList;
import dev.steward.message.OperatorList.Operator;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts one more authority's signature on what is held. He vouches for the exact bytes, so they are held against what lies
 * in his own folder, not against what the station says of them.
 */
public record CoSigning(HeldInfo held, OperatorFolder folder, Identity self) {
    /**
     * What would be signed, in lines for people.
     *
     * @param asking the machines that wait for approval, as they have signed themselves
     * @throws Failure where it is not to be signed
     */
    public List<String> checked(List<EnrolmentInfo> asking, Instant now) throws Failure {
        Document says = held.says();
        if (!says.fleet().equals(self.fleet())) {
            throw Failure.credential("it is for the fleet %s, and this operator's is %s; nothing was signed"
                    .formatted(says.fleet(), self.fleet()));
        }
        var lines = new ArrayList<String>();
        switch (says) {
            case OperatorList list -> lines.addAll(new HeldList(folder.known(), list).checked());
            case NodeRecord record -> lines.addAll(new HeldRecord(record, folder, self).checked(asking));
            default -> throw Failure.credential("what is held is neither a list of operators nor a record of a node");
        }
        lines.add("  made:     %s ago; it waits until %s".formatted(Ages.text(now, says.issuedAt()), held.endsAt()));
        KnownList operators = folder.known();
        for (SignedDocument.Signature signature : held.signed().signatures()) {
            lines.add("  signed:   " + who(operators, signature));
        }
        return lines;
    }

    /** By the list that was checked here, and the authorities that were named here. */
    private String who(KnownList operators, SignedDocument.Signature signature) throws Failure {
        if (signature.key().equals(self.id())) {
            return "%s  %s, who is here".formatted(signature.key(), self.name());
        }
        Optional<Operator> listed = operators.operators().stream()
                .filter(each -> each.key().id().equals(signature.key()))
                .findFirst();
        Optional<VerificationKey> named = folder.authorities(self).known(signature.key());
        Optional<VerificationKey> known = listed.map(Operator::key).or(() -> named);
        if (known.isEmpty()) {
            return signature.key()
                    + "  (neither on the list of operators that is known here nor an authority named here)";
        }
        return signature.key()
                + (held.signed().isSignedBy(known.get(), Signatures.ED25519)
                        ? "  " + listed.map(Operator::name).orElse("an authority named here")
                        : "  DOES NOT HOLD");
    }

    public boolean isDone() {
        return held.signed().isSignedBy(self.signer().key(), Signatures.ED25519);
    }

    /** The document with one more signature; of a node it is kept here first. */
    public SignedDocument sign() throws Failure {
        SignedDocument signed = self.sign(held.signed());
        if (held.says() instanceof NodeRecord record) {
            new HeldRecord(record, folder, self).keep(signed);
        }
        return signed;
    }

    /** It has taken effect: a list is known here from now on. */
    public void tookEffect(SignedDocument signed) throws Failure {
        if (held.says() instanceof OperatorList list) {
            folder.keep(new KnownList(Optional.of(signed), Optional.of(list)));
        }
    }
}
