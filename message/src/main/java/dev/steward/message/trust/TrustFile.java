// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.VerificationKey;
import dev.steward.message.yaml.YamlNode;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A node's own policy, {@code trust.yaml}: whose lists of operators hold there, and who may order what. A request is
 * allowed where one rule fits the whole of it. Immutable. See {@code docs/reference/trust.md}.
 *
 * @param authorities by name; they are operators themselves
 * @param authoritySignatures how many of them must sign a list
 */
public record TrustFile(
        FleetId fleet, Map<String, VerificationKey> authorities, int authoritySignatures, List<Rule> rules) {
    static final Set<String> KEYS = Set.of("fleet", "authorities", "authoritySignatures", "rules");

    public TrustFile {
        authorities = Collections.unmodifiableMap(new LinkedHashMap<>(authorities));
        rules = List.copyOf(rules);
    }

    /** @throws RefusedException with file and line, what is wrong and what to do */
    public static TrustFile parse(String fileName, String text) throws RefusedException {
        if (text.length() > Limits.TRUST_FILE_BYTES
                || text.getBytes(StandardCharsets.UTF_8).length > Limits.TRUST_FILE_BYTES) {
            throw new RefusedException("%s is larger than the limit of %d bytes; '*' and patterns make it shorter"
                    .formatted(fileName, Limits.TRUST_FILE_BYTES));
        }
        YamlNode root = YamlNode.parse(fileName, text, "'fleet', 'authorities' and 'rules'", Limits.TRUST_FILE_NODES);
        YamlNode.Fields fields = root.fields(KEYS);
        FleetId fleet = fleet(fields.required("fleet"));
        Map<String, VerificationKey> authorities = authorities(fields.required("authorities"));
        Optional<YamlNode> signatures = fields.optional("authoritySignatures");
        int most = Math.min(authorities.size(), Limits.SIGNATURES);
        return new TrustFile(
                fleet,
                authorities,
                signatures.isPresent() ? signatures.get().integer(1, most) : 1,
                new RuleReader().rules(fields.required("rules")));
    }

    private static FleetId fleet(YamlNode node) throws RefusedException {
        String text = node.text();
        try {
            return FleetId.parse(text);
        } catch (RefusedException e) {
            throw node.complaint(e.getMessage());
        }
    }

    private static Map<String, VerificationKey> authorities(YamlNode map) throws RefusedException {
        var authorities = new LinkedHashMap<String, VerificationKey>();
        var names = new HashMap<VerificationKey, String>();
        for (Map.Entry<String, YamlNode> entry : map.entries().entrySet()) {
            String text = entry.getValue().text();
            VerificationKey key;
            try {
                OperatorList.checkName(entry.getKey());
                key = VerificationKey.parse(text);
            } catch (RefusedException e) {
                throw entry.getValue().complaint(e.getMessage());
            }
            String other = names.putIfAbsent(key, entry.getKey());
            if (other != null) {
                throw entry.getValue()
                        .complaint("'%s' has the key of '%s'; a key counts once".formatted(entry.getKey(), other));
            }
            authorities.put(entry.getKey(), key);
        }
        if (authorities.isEmpty() || authorities.size() > Limits.TRUST_AUTHORITIES) {
            throw map.complaint(
                    "'authorities' names 1 to %d keys, not %d".formatted(Limits.TRUST_AUTHORITIES, authorities.size()));
        }
        return authorities;
    }

    /** Never throws, whatever the request holds; costs at most {@link Limits#PATTERN_STEPS} steps of patterns. */
    public Verdict judge(Request request) {
        var steps = new Steps();
        Optional<Rule> nearest = Optional.empty();
        Optional<Misfits> least = Optional.empty();
        for (Rule rule : rules) {
            if (!rule.names(request)) {
                continue;
            }
            Misfits misfits = rule.misfits(request, steps);
            if (misfits.reasons().isEmpty()) {
                return new Verdict.Allowed(rule.toString());
            }
            if (least.isEmpty() || misfits.isNearerThan(least.get())) {
                nearest = Optional.of(rule);
                least = Optional.of(misfits);
            }
        }
        if (nearest.isEmpty() || least.isEmpty()) {
            return unnamed(request);
        }
        return new Verdict.Refused("no rule allows it; nearest is %s: %s"
                .formatted(nearest.get().place(), String.join("; ", least.get().reasons())));
    }

    /** Whether a rule asks for more than one signature. */
    boolean asksForSeveral() {
        return rules.stream().anyMatch(Rule::asksForSeveral);
    }

    /** What the request lacks; empty where a rule allows it, or none would with more signatures. */
    Optional<Lack> lack(Request request) {
        if (judge(request) instanceof Verdict.Allowed) {
            return Optional.empty();
        }
        var steps = new Steps();
        Optional<Lack> least = Optional.empty();
        for (Rule rule : rules) {
            Optional<Lack> lack = rule.names(request) ? rule.lack(request, steps) : Optional.empty();
            if (lack.isPresent() && (least.isEmpty() || lack.get().isLessThan(least.get()))) {
                least = lack;
            }
        }
        return least;
    }

    /** Whoever may do nothing of the kind learns no more than that. */
    private static Verdict unnamed(Request request) {
        return new Verdict.Refused(
                request.operators().isEmpty()
                        ? "no operator has signed it"
                        : "no rule names %s for %s.%s"
                                .formatted(
                                        String.join(
                                                " or ",
                                                request.operators().stream()
                                                        .sorted()
                                                        .toList()),
                                        request.method(),
                                        request.domain()));
    }
}
