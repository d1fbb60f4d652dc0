// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

/**
 * What a request lacks that a rule would allow if more of those it names had signed.
 *
 * @param given how many of them have
 * @param needed how many must
 * @param rule its place, as {@code trust.yaml:12}
 */
public record Lack(int given, int needed, String rule) {
    boolean isLessThan(Lack other) {
        return needed - given < other.needed - other.given;
    }

    @Override
    public String toString() {
        return "%d of %d signatures that the rule at %s asks for".formatted(given, needed, rule);
    }
}
