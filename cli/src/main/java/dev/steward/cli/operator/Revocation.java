// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.cli.api.OperatorsInfo;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.OperatorList.Operator;
import dev.steward.message.text.DidYouMean;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes an operator's key for ever. Authorities are named by trust files rather than by the list, so that of one who is
 * not on it, the key must be given by its fingerprint.
 *
 * @param who a name or a fingerprint
 * @param ownToo whether it may be the own key
 */
public record Revocation(String who, boolean ownToo, Identity self, Instant now) implements ListChange.Change {
    @Override
    public Optional<List<Operator>> of(List<Operator> operators, OperatorsInfo shown) throws Failure {
        Operator found = find(operators, shown);
        if (found.revokedAt().isPresent()) {
            return Optional.empty();
        }
        if (found.key().equals(self.signer().key()) && !ownToo) {
            throw Failure.usage(
                    "%s is your own key: after that you can order nothing, nor take it back\n  if that is meant, give --yes"
                            .formatted(found.key().id()));
        }
        var next = new ArrayList<>(operators);
        next.removeIf(each -> each.key().equals(found.key()));
        next.add(new Operator(found.name(), found.key(), found.expiresAt(), Optional.of(now)));
        return Optional.of(next);
    }

    private Operator find(List<Operator> operators, OperatorsInfo shown) throws Failure {
        Optional<Operator> current = operators.stream()
                .filter(each -> each.revokedAt().isEmpty() && isMeant(each))
                .findFirst();
        return current.or(() -> operators.stream().filter(this::isMeant).findFirst())
                .or(() -> shown.operators().stream()
                        .filter(each -> each.key().id().value().equals(who))
                        .map(each -> new Operator(each.name(), each.key(), Optional.empty(), Optional.empty()))
                        .findFirst())
                .orElseThrow(() ->
                        Failure.usage("no operator is '%s'%s\n  nothing was revoked; `steward operator list` lists them"
                                .formatted(
                                        who,
                                        DidYouMean.suffix(
                                                who,
                                                operators.stream()
                                                        .map(Operator::name)
                                                        .toList()))));
    }

    private boolean isMeant(Operator operator) {
        return operator.name().equals(who) || operator.key().id().value().equals(who);
    }
}
