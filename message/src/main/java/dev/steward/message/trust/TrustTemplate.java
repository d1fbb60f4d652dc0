// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.FleetId;
import dev.steward.message.signing.VerificationKey;
import java.util.Set;

/** The trust file that a new node or station begins with; a person edits it from there. */
public final class TrustTemplate {
    /** The built-in profiles by name. */
    public static final Set<String> PROFILES = Set.of("full", "observe");

    private TrustTemplate() {}

    /**
     * The text of a trust file.
     *
     * @param name of the operator whose key is the first authority
     * @param profile one of {@link #PROFILES}
     */
    public static String text(FleetId fleet, String name, VerificationKey authority, String profile) {
        return """
                # Whom this machine obeys, and in what. Only a person on this machine changes this file.
                fleet: %s
                authorities:              # whose lists of operators hold here; they are operators themselves
                  %s: %s
                rules:                    # what no rule allows is refused
                  - profile: %s
                    by: '*'               # every operator
                """.formatted(fleet, name, authority, profile);
    }
}
