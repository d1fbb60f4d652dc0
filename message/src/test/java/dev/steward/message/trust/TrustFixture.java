// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.FleetId;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.VerificationKey;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A trust file of which a test writes the rules, and requests that differ from an ordinary one by what it names. */
final class TrustFixture {
    static final FleetId FLEET = new FleetId("0123456789abcdef0123456789abcdef");
    static final VerificationKey KEY = Ed25519.generate().key();
    static final VerificationKey OTHER_KEY = Ed25519.generate().key();

    /** A Monday, 12:00 UTC. */
    static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    /** Lines that stand before the rules. */
    static final int HEAD_LINES = 4;

    private TrustFixture() {}

    static String text(String rules) {
        return """
                fleet: %s
                authorities:
                  anna: %s
                rules:
                """.formatted(FLEET, KEY) + rules;
    }

    static TrustFile file(String rules) throws RefusedException {
        return TrustFile.parse("trust.yaml", text(rules));
    }

    static Asked asked() {
        return new Asked(
                "shellcommand", "operatingsystem", Map.of("command", List.of("uptime")), Set.of("bob"), 1, NOON);
    }

    static Asked command(String... words) {
        return asked().arguments(Map.of("command", List.of(words)));
    }

    static void allowed(TrustFile file, Asked asked) {
        assertThat(file.judge(asked.request())).isInstanceOf(Verdict.Allowed.class);
    }

    static void refused(TrustFile file, Asked asked, String... reasons) {
        assertThat(file.judge(asked.request()))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.reason()).contains(reasons));
    }

    /** A request in the making. */
    record Asked(
            String method, String domain, Map<String, ?> arguments, Set<String> operators, int nodes, Instant now) {
        Asked method(String other) {
            return new Asked(other, domain, arguments, operators, nodes, now);
        }

        Asked domain(String other) {
            return new Asked(method, other, arguments, operators, nodes, now);
        }

        Asked arguments(Map<String, ?> other) {
            return new Asked(method, domain, other, operators, nodes, now);
        }

        Asked by(String... names) {
            return new Asked(method, domain, arguments, Set.of(names), nodes, now);
        }

        Asked nodes(int other) {
            return new Asked(method, domain, arguments, operators, other, now);
        }

        Asked at(String time) {
            return new Asked(method, domain, arguments, operators, nodes, Instant.parse(time));
        }

        Asked with(String argument, Object value) {
            var more = new LinkedHashMap<String, Object>(arguments);
            more.put(argument, value instanceof Map<?, ?> map ? object(map) : value);
            return arguments(more);
        }

        Asked shell(String line) {
            return arguments(Map.of("shell", line));
        }

        Request request() {
            return new Request(method, domain, JsonObject.of(arguments), operators, nodes, now);
        }

        private static JsonObject object(Map<?, ?> map) {
            var fields = new LinkedHashMap<String, Object>();
            map.forEach((key, value) -> fields.put((String) key, value));
            return JsonObject.of(fields);
        }
    }
}
