// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.node;

import dev.steward.cli.api.EnrolmentInfo;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.NodeName;
import dev.steward.message.signing.KeyId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The machines that wait for approval. */
public record Pending(List<EnrolmentInfo> enrolments) {
    public Pending {
        enrolments = List.copyOf(enrolments);
    }

    public List<EnrolmentInfo> of(NodeName name) {
        return enrolments.stream().filter(each -> each.node().equals(name)).toList();
    }

    /**
     * The one that is meant.
     *
     * @param wanted which key, where it is known
     */
    public EnrolmentInfo one(NodeName name, Optional<KeyId> wanted) throws Failure {
        List<EnrolmentInfo> ofName = of(name);
        if (ofName.isEmpty()) {
            throw Failure.usage("no machine waits for approval as %s%s".formatted(name, whoWaits()));
        }
        List<EnrolmentInfo> fitting = ofName.stream()
                .filter(each -> wanted.isEmpty() || wanted.get().equals(each.fingerprint()))
                .toList();
        if (fitting.isEmpty()) {
            throw Failure.credential("%s asks with another key than %s; nothing was signed\n  it asks with:%s"
                    .formatted(name, wanted.orElseThrow(), lines(ofName)));
        }
        if (fitting.size() > 1) {
            throw Failure.usage("%d machines ask to become %s; name the one by what it shows, with one of:%s"
                    .formatted(fitting.size(), name, lines(fitting)));
        }
        return fitting.getFirst();
    }

    private String whoWaits() {
        String names = enrolments.stream()
                .map(each -> each.node().value())
                .distinct()
                .sorted()
                .collect(Collectors.joining(", "));
        return names.isEmpty()
                ? ", nor does any other\n  on the machine: steward agent enroll - --data DIR; `steward token create` makes the token that it reads"
                : "\n  those that wait: " + names;
    }

    private static String lines(List<EnrolmentInfo> enrolments) {
        return enrolments.stream()
                .map(each -> "\n  --fingerprint " + each.fingerprint())
                .collect(Collectors.joining());
    }
}
