// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.Limits;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Wrong credentials are counted by address, for a minute, and for a bounded number of addresses. */
class FailedLoginsTest {
    private final ApiException wrong = ApiException.unauthorized();

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-05-05T05:05:05Z"));
    private final FailedLogins failed = new FailedLogins(now::get);

    @Test
    void afterTenInAMinuteTheRestIsToWaitForItsEnd() {
        fail("a", Limits.FAILED_LOGINS);
        now.set(now.get().plusSeconds(20));
        ApiException refusal = failed.refusal("a", wrong);

        assertThat(refusal.status()).isEqualTo(429);
        assertThat(refusal.retryAfterSeconds()).isEqualTo(40);
        assertThat(failed.refusal("b", wrong)).isSameAs(wrong);
        now.set(now.get().plusSeconds(40));
        fail("a", Limits.FAILED_LOGINS);
        assertThat(failed.refusal("a", wrong).status()).isEqualTo(429);
    }

    @Test
    void aClockThatIsSetBackBeginsAnew() {
        fail("a", Limits.FAILED_LOGINS);
        now.set(now.get().minusSeconds(3600));

        assertThat(failed.refusal("a", wrong)).isSameAs(wrong);
    }

    @Test
    void ofTooManyAddressesTheFirstMakesRoom() {
        fail("a", Limits.FAILED_LOGINS);
        for (int i = 1; i < Limits.FAILED_LOGIN_ADDRESSES; i++) {
            fail("other" + i, 1);
        }
        assertThat(failed.refusal("a", wrong).status()).isEqualTo(429);
        fail("one more", 1);

        assertThat(failed.refusal("a", wrong)).isSameAs(wrong);
    }

    private void fail(String address, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(failed.refusal(address, wrong)).isSameAs(wrong);
        }
    }
}
