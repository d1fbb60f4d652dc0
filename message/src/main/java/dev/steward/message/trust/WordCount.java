// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.message.yaml.YamlNode;

/** Counts what the rules of a file hold, each time that an alias stands for it: a short text can be a long list. */
final class WordCount {
    private int count;
    private int parts;

    void count(YamlNode at) throws RefusedException {
        if (++count > Limits.TRUST_WORDS) {
            throw at.complaint("here the rules have more than %d names, words, variables and directories in all"
                    .formatted(Limits.TRUST_WORDS));
        }
    }

    void count(WordPattern pattern, YamlNode at) throws RefusedException {
        parts += pattern.parts();
        if (parts > Limits.TRUST_PATTERN_PARTS) {
            throw at.complaint(
                    "here the patterns have more than %d parts in all".formatted(Limits.TRUST_PATTERN_PARTS));
        }
    }
}
