// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import dev.steward.cli.api.StationClient;
import dev.steward.cli.api.StatusInfo;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** How the station itself is, and its way to the broker. */
record StatusCheck(StationClient station, Instant now) implements Check {
    @Override
    public List<Finding> findings() throws Failure {
        StatusInfo status = station.status();
        var findings = new ArrayList<Finding>();
        if (!status.brokerConnected()) {
            findings.add(Finding.of(
                    Weakness.BROKER_DISCONNECTED,
                    "the station has had no connection to its broker for %s: %s"
                            .formatted(
                                    Ages.text(now, status.brokerSince()),
                                    status.brokerReason().orElse("no reason known")),
                    status.brokerUrl(),
                    "start the broker, or make it reachable for the station; the station tries again by itself"));
        }
        status.ledgerFailure()
                .ifPresent(why -> findings.add(Finding.of(
                        Weakness.LEDGER_FAILING,
                        "the station can record nothing: " + why,
                        station.url(),
                        "see to the disk of its data folder; the station's log has more")));
        status.space()
                .ifPresent(what -> findings.add(Finding.of(
                        Weakness.DISK_LOW,
                        "the station takes no orders: " + what,
                        station.url(),
                        "make room on that disk; all goes on by itself then")));
        if (Address.isOverheard(status.brokerUrl(), "nats")) {
            findings.add(NodeBrokerCheck.withoutTls(status.brokerUrl()));
        }
        return findings;
    }
}
