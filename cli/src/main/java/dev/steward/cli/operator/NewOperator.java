// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.cli.api.OperatorsInfo;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.OperatorList.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts somebody on the list; on the first one also who makes it. */
public record NewOperator(Operator wanted, Identity self) implements ListChange.Change {
    @Override
    public Optional<List<Operator>> of(List<Operator> operators, OperatorsInfo shown) throws Failure {
        var next = new ArrayList<>(operators);
        if (operators.isEmpty() && !wanted.key().equals(self.signer().key())) {
            next.add(new Operator(self.name(), self.signer().key(), Optional.empty(), Optional.empty()));
        }
        for (Operator each : List.copyOf(next)) {
            boolean sameKey = each.key().equals(wanted.key());
            boolean sameName = each.name().equals(wanted.name());
            if (sameKey && each.revokedAt().isPresent()) {
                throw Failure.usage("%s is revoked since %s, for ever; %s needs a new key"
                        .formatted(each.key().id(), each.revokedAt().get(), wanted.name()));
            }
            if (sameKey && !sameName) {
                throw Failure.usage(
                        "%s is %s already; revoke it first".formatted(each.key().id(), each.name()));
            }
            if (sameName && !sameKey && each.revokedAt().isEmpty()) {
                throw Failure.usage(
                        "there is an operator %s already, with the key %s\n  another name, or first: steward operator revoke %s"
                                .formatted(each.name(), each.key().id(), each.name()));
            }
            if (sameKey && each.equals(wanted)) {
                throw Failure.usage("%s is an operator already, with this key%s"
                        .formatted(
                                each.name(),
                                each.expiresAt().map(at -> " until " + at).orElse("")));
            }
            if (sameKey) {
                next.remove(each);
            }
        }
        next.add(wanted);
        return Optional.of(next);
    }
}
