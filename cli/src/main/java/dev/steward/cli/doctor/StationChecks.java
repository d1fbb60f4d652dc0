// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import dev.steward.cli.api.StationClient;
import java.time.Instant;
import java.util.List;

/** The checks of what a station tells. Where the first can not be done, neither can the others. */
public record StationChecks(StationClient station, Instant now) {
    public void addTo(Examination examination) {
        examination.add(new ApiAddressCheck(station.url()));
        if (examination.add(new StatusCheck(station, now))) {
            List.of(
                            new OperatorsCheck(station, now),
                            new NodesCheck(station, now),
                            new EnrolmentsCheck(station.enrolment(), now))
                    .forEach(examination::add);
        }
    }
}
