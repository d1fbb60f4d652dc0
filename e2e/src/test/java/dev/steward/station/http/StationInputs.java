// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.e2e.fuzz.Promises;
import dev.steward.message.CommandId;
import dev.steward.message.Limits;
import dev.steward.message.RefusedException;
import dev.steward.station.core.LiveTokens;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** What the API reads of a request: bodies, ids of events, cookies and links of sessions. */
@NullMarked
public final class StationInputs {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-23T12:00:00Z"));
    private static final BearerTokens TOKENS = new BearerTokens("token", () -> LiveTokens.NONE, CLOCK);
    private static final Sessions SESSIONS =
            new Sessions("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII), TOKENS, CLOCK);
    private static final byte[] COOKIE = cookie();

    private StationInputs() {}

    private static byte[] cookie() {
        CommandId local = TOKENS.bySecret("token").orElseThrow().id();
        try {
            return SESSIONS.open(SESSIONS.newLink(local).secret()).cookie().getBytes(StandardCharsets.US_ASCII);
        } catch (Sessions.UnknownLinkException e) {
            throw new IllegalStateException(e);
        }
    }

    public static void check(byte[] input) throws RefusedException {
        String text = new String(input, StandardCharsets.UTF_8);
        Promises.holds(SESSIONS.read(text).isEmpty(), "a session that nobody has opened");
        Promises.holds(SESSIONS.read(changed(input)).isEmpty(), "a session whose cookie was changed");
        try {
            SESSIONS.open(text);
            throw new AssertionError("a link that nobody has made");
        } catch (ApiException | Sessions.UnknownLinkException e) {
            // as it should be
        }
        if (!isEventId(text)) {
            List<byte[]> documents = Api.documents(input, Limits.DOCUMENTS_PER_ORDER);
            Promises.holds(
                    documents.stream().mapToInt(each -> each.length).sum() <= 3 * input.length, "more than was sent");
        }
    }

    /** A character of a genuine cookie is another one, where and which the input says. */
    private static String changed(byte[] input) {
        byte[] cookie = COOKIE.clone();
        int at = Math.floorMod(Arrays.hashCode(input), cookie.length - 1); // the last one has spare bits
        byte other = input.length == 0 ? 0 : input[0];
        cookie[at] = other == cookie[at] ? (byte) '!' : other;
        return new String(cookie, StandardCharsets.ISO_8859_1);
    }

    private static boolean isEventId(String text) {
        try {
            EventId id = EventId.parse(text);
            Promises.same(id, EventId.parse(id.toString()));
            return true;
        } catch (RefusedException e) {
            return false;
        }
    }
}
