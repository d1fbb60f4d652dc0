// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import dev.steward.cli.terminal.FileTrouble;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.json.Json;
import dev.steward.message.trust.Rule;
import dev.steward.message.trust.TrustFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a trust file gives away: that of a station or node here, or one that was named. */
record TrustCheck(Path file) implements Check {
    @Override
    public List<Finding> findings() {
        try (var in = Files.newInputStream(file)) {
            if (Access.of(file).isOthersToWrite()) {
                return List.of(unusable("others than its owner may write it, so it is not used", "chmod 600 it"));
            }
            byte[] bytes = in.readNBytes(Limits.TRUST_FILE_BYTES + 1); // one more than it may have is refused below
            return findings(TrustFile.parse(file.toString(), Json.utf8(bytes)));
        } catch (IOException e) {
            return List.of(unusable(
                    "it can't be read: " + FileTrouble.text(e),
                    "put a trust file there (`steward operator trust-file` prints one): without it no order is taken"));
        } catch (RefusedException e) {
            return List.of(unusable(
                    e.getMessage(), "put it right; until then the rules from before hold, and after a start none"));
        }
    }

    private List<Finding> findings(TrustFile trust) {
        var findings = new ArrayList<Finding>();
        for (Rule rule : trust.rules()) {
            if (rule.allowsAnything() && rule.isForEveryone()) {
                findings.add(Finding.of(
                        Weakness.TRUST_ANYTHING_FOR_EVERYONE,
                        "every operator, also one who is added later, may run anything there",
                        rule.place(),
                        "name in `by` who may, and give the others `profile: observe` or the commands that they need"));
            }
            if (rule.allowsAnything() && rule.signatures() < 2) {
                findings.add(Finding.of(
                        Weakness.TRUST_ONE_SIGNATURE,
                        "one signature is enough to run anything there, so one stolen key is",
                        rule.place(),
                        "allow commands by name instead, or ask for `signatures: 2` there and in the station's trust file: then"
                                + " an order waits until a second operator has signed it (steward approve)"));
            }
        }
        if (trust.authorities().size() == 1) {
            findings.add(Finding.of(
                    Weakness.TRUST_ONE_AUTHORITY,
                    "one authority alone: where its key is lost or stolen nobody can add or revoke an operator or a node",
                    file,
                    "add a second authority whose key lies elsewhere"));
        }
        return findings;
    }

    private Finding unusable(String why, String todo) {
        return Finding.of(Weakness.TRUST_UNUSABLE, why, file, todo);
    }
}
