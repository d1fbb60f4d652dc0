// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.fuzz;

import dev.steward.agent.method.Arguments;
import dev.steward.cli.api.StationAnswers;
import dev.steward.message.RefusedException;
import dev.steward.station.http.StationInputs;
import java.util.Locale;

/**
 * Every parser of bytes that others send, with what it promises beyond the one promise of all: whatever comes, nothing but
 * a refusal. The table in {@code docs/security.md} says who sends these bytes.
 */
@SuppressWarnings("ImmutableEnumChecker") // a promise holds nothing
enum Parser {
    FRAME(Wire::frame),
    SEAL(Wire::seal),
    SIGNED_DOCUMENT(Documents::signed),
    DOCUMENT(Documents::document),
    ACK(Documents::ack),
    INQUIRY(Documents::inquiry),
    ERROR_EVENT(Documents::errorEvent),
    ENROLMENT_TOKEN(Documents::enrolmentToken),
    ENROLMENT_ANSWER(Documents::enrolmentAnswer),
    ARGUMENTS(Arguments::check),
    JSON(Texts::json),
    YAML(Texts::yaml),
    TRUST_FILE(Texts::trustFile),
    NAMES(Names::all),
    KEY_FILE(Names::keyFile),
    CREDENTIALS(Names::credentials),
    STATION_REQUEST(StationInputs::check),
    STATION_ANSWER(StationAnswers::check);

    /** Throws an {@link AssertionError} where the parser breaks its promise. */
    private interface Promise {
        void check(byte[] input) throws RefusedException;
    }

    private final Promise promise;

    Parser(Promise promise) {
        this.promise = promise;
    }

    /** Whether it takes this, and keeps its promise; false where it refuses. */
    boolean takes(byte[] input) {
        try {
            promise.check(input);
            return true;
        } catch (RefusedException e) {
            Promises.printable(e.getMessage());
            return false;
        }
    }

    /** As the folder of its corpus is called. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
