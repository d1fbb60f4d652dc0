// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import dev.steward.cli.api.OperatorsInfo;
import dev.steward.cli.api.OperatorsInfo.Entry;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who may order, as the station has it. */
record OperatorsCheck(StationClient station, Instant now) implements Check {
    static final Duration SOON = Duration.ofDays(30);

    @Override
    public List<Finding> findings() throws Failure {
        OperatorsInfo shown = station.operators();
        if (shown.fleet().isEmpty()) {
            return List.of(Finding.of(
                    Weakness.STATION_WITHOUT_TRUST,
                    "the station has no trust file that it can use, and takes no orders: "
                            + shown.problem().orElse("it does not say why"),
                    station.url(),
                    "put a trust.yaml into the station's data folder; `steward operator trust-file` prints one"));
        }
        var findings = new ArrayList<Finding>();
        List<Entry> present = shown.operators().stream()
                .filter(each -> each.revokedAt().isEmpty())
                .toList();
        List<Entry> authorities = present.stream()
                .filter(each -> each.authority() && !isExpired(each))
                .toList();
        present.stream()
                .filter(each ->
                        !authorities.equals(List.of(each)) || each.expiresAt().isPresent()) // the last must not end
                .forEach(each -> expiry(each).ifPresent(findings::add));
        if (authorities.size() < 2) {
            findings.add(new Finding(
                    Weakness.OPERATORS_ONE_AUTHORITY,
                    "fewer than two authorities are left at the station: where that key is lost, nobody can revoke anything",
                    authorities.isEmpty() ? List.of(station.url()) : List.of(name(authorities.getFirst())),
                    "let the trust files of station and nodes name a second authority whose key lies elsewhere"));
        }
        return findings;
    }

    private Optional<Finding> expiry(Entry operator) {
        if (operator.expiresAt().isEmpty()) {
            return Optional.of(
                    Finding.of(
                            Weakness.OPERATOR_WITHOUT_EXPIRY,
                            "a key is good for ever, also where nobody knows any more that it is there",
                            name(operator),
                            "steward operator add NAME KEY --expires 365d (the same name and key; another --expires takes the old one's place)"));
        }
        Instant end = operator.expiresAt().get();
        if (isExpired(operator)) {
            return Optional.of(Finding.of(
                    Weakness.OPERATOR_EXPIRED,
                    "a key has expired, and what it signs is refused",
                    "%s, %s ago".formatted(name(operator), Ages.text(now, end)),
                    "revoke it (`steward operator revoke NAME`), or add it again with another --expires"));
        }
        return end.isAfter(now.plus(SOON))
                ? Optional.empty()
                : Optional.of(
                        Finding.of(
                                Weakness.OPERATOR_EXPIRES_SOON,
                                "a key expires within 30 days, and what it signs is refused from then on",
                                "%s, in %s".formatted(name(operator), Ages.text(end, now)),
                                "steward operator add NAME KEY --expires DURATION (the same name and key), while an authority's key is good"));
    }

    private boolean isExpired(Entry operator) {
        return operator.expiresAt().filter(end -> !end.isAfter(now)).isPresent();
    }

    private static String name(Entry operator) {
        return "%s (%s)".formatted(operator.name(), operator.key().id());
    }
}
