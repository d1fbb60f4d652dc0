// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import dev.steward.cli.api.EnrolmentClient;
import dev.steward.cli.api.EnrolmentInfo;
import dev.steward.cli.api.TokenInfo;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.NodeName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Who could become a node, and who waits to. */
record EnrolmentsCheck(EnrolmentClient station, Instant now) implements Check {
    static final Duration OPEN = Duration.ofDays(7);

    @Override
    public List<Finding> findings() throws Failure {
        var findings = new ArrayList<Finding>();
        for (TokenInfo token : station.tokens()) {
            boolean isOpen = token.usedBy().isEmpty() && token.expiresAt().isAfter(now);
            if (isOpen && token.createdAt().plus(OPEN).isBefore(now)) {
                findings.add(Finding.of(
                        Weakness.TOKEN_OPEN,
                        "a token has been open for more than a week: whoever finds it may ask to become a node",
                        "%s, for %s, made %s ago"
                                .formatted(
                                        token.id(),
                                        token.node().map(NodeName::value).orElse("any node"),
                                        Ages.text(now, token.createdAt())),
                        "steward token revoke ID"));
            }
        }
        for (EnrolmentInfo each : station.pending()) {
            findings.add(Finding.of(
                    Weakness.ENROLMENT_PENDING,
                    "a machine waits to become a node",
                    "%s (%s), for %s".formatted(each.node(), each.fingerprint(), Ages.text(now, each.requestedAt())),
                    "compare the fingerprint with what the machine shows, then `steward node approve NAME`; where nobody knows it:"
                            + " `steward token list` and `token revoke`"));
        }
        return findings;
    }
}
