// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import dev.steward.cli.api.NodeInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.terminal.Ages;
import dev.steward.cli.terminal.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The nodes, as the station knows them. Which list of operators a node has, and since when it rotates, it does not tell. */
record NodesCheck(StationClient station, Instant now) implements Check {
    static final Duration SILENT = Duration.ofDays(30);

    @Override
    public List<Finding> findings() throws Failure {
        var findings = new ArrayList<Finding>();
        for (NodeInfo node : station.nodes()) {
            if (node.fingerprint().isEmpty()) {
                findings.add(
                        Finding.of(
                                Weakness.NODE_NOT_LET_IN,
                                "a name is no machine's: its key was revoked, or nobody has approved one",
                                node.name(),
                                "enrol the machine that is to have it (`steward token create --node NAME`), or leave it: nothing is sent there"));
                continue;
            }
            node.frozenSince()
                    .ifPresent(since -> findings.add(Finding.of(
                            Weakness.NODE_FROZEN,
                            "two agents speak under one node's keys: its folder or disk was copied, and nothing starts there",
                            "%s, for %s".formatted(node.name(), Ages.text(now, since)),
                            "stop the wrong one and delete its folder, then `steward node unfreeze NAME`; where the copy may be in wrong"
                                    + " hands: `steward node revoke NAME`")));
            node.lastHeardAt()
                    .filter(heard -> heard.plus(SILENT).isBefore(now))
                    .ifPresent(heard -> findings.add(Finding.of(
                            Weakness.NODE_SILENT,
                            "a node has not been heard for 30 days, and its keys are still good",
                            "%s, for %s".formatted(node.name(), Ages.text(now, heard)),
                            "look for the machine; where it is gone for good: `steward node revoke NAME`")));
            if (node.rotating().orElse(false)) {
                findings.add(
                        Finding.of(
                                Weakness.NODE_ROTATING,
                                "other keys of a node were approved, and it has not spoken with them: the former ones are good until then",
                                node.name(),
                                "wait until it is reachable; where it is and stays so, `steward events --node NAME` tells what it refuses"));
            }
        }
        return findings;
    }
}
