// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import dev.steward.cli.operator.OperatorFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The checks of what lies on this machine: a folder of {@code up}, one station's or one node's.
 *
 * @param trust further trust files
 */
public record LocalFiles(Path data, OperatorFolder operator, List<Path> trust, Instant now) {
    public void addTo(Examination examination) {
        checks().forEach(examination::add);
    }

    private List<Check> checks() {
        var checks = new ArrayList<Check>();
        checks.add(PrivateFilesCheck.in(data));
        if (!operator.path().startsWith(data)) {
            checks.add(PrivateFilesCheck.in(operator.path()));
        }
        for (Path folder : folders()) {
            Path enrolment = folder.resolve("enrolment.json");
            if (Files.exists(enrolment)) {
                checks.add(new NodeBrokerCheck(enrolment));
                checks.add(new KeyAgeCheck(
                        Weakness.NODE_KEY_OLD, folder.resolve("link.key"), "steward node rotate NAME", now));
            }
            Path own = folder.resolve("trust.yaml");
            boolean wantsOne = Files.exists(enrolment) || Files.exists(folder.resolve("ledger.db"));
            if (Files.exists(own) || (wantsOne && trust.isEmpty())) { // else its own may be the one that was named
                checks.add(new TrustCheck(own));
            }
        }
        trust.forEach(file -> checks.add(new TrustCheck(file)));
        checks.add(new OperatorKeyCheck(operator, now));
        return checks;
    }

    private List<Path> folders() {
        var folders = new ArrayList<>(List.of(data, data.resolve("station")));
        try (Stream<Path> nodes = Files.list(data.resolve("nodes"))) {
            nodes.sorted().forEach(folders::add);
        } catch (IOException e) {
            return folders; // no folder of up, or one that is found unreadable anyway
        }
        return folders;
    }
}
