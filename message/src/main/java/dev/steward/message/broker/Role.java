// SPDX-License-Identifier: Apache-2.0
package dev.steward.message.broker;

import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.Subject;
import java.util.List;

/**
 * What a client of the broker is, and all that it may do there: what is not in the lists it may not. The server puts the
 * name that stands in a client's token in the place of {@value #NAME}.
 */
public enum Role {
    /** Speaks to all nodes. */
    STATION(1, BrokerKeys.NO_LIMIT) {
        @Override
        List<String> publish(NodeName station) {
            return List.of("*.command.*.*", "*.event.*.*", "*.ack.*.*");
        }

        @Override
        List<String> subscribe() {
            return List.of("_INBOX." + NAME + ".>");
        }
    },

    /** Hears, for the station, what comes by its mailbox; in an account of its own. */
    MAILBOX(100, BrokerKeys.NO_LIMIT) {
        @Override
        List<String> publish(NodeName station) {
            String mailbox = mailbox(station);
            return List.of(
                    "$JS.API.INFO",
                    "$JS.API.STREAM.INFO." + mailbox,
                    "$JS.API.STREAM.CREATE." + mailbox,
                    "$JS.API.STREAM.UPDATE." + mailbox,
                    "$JS.API.STREAM.PURGE." + mailbox,
                    "$JS.API.CONSUMER.CREATE." + mailbox + ".>",
                    "$JS.API.CONSUMER.INFO." + mailbox + ".*",
                    "$JS.API.CONSUMER.DELETE." + mailbox + ".*",
                    "$JS.API.CONSUMER.MSG.NEXT." + mailbox + ".*");
        }

        @Override
        List<String> subscribe() {
            return List.of("_INBOX." + NAME + ".>");
        }
    },

    /** Speaks to its station and hears what is for itself. */
    NODE(4, Limits.FRAME_BYTES + Role.HEADERS_BYTES) {
        @Override
        List<String> publish(NodeName station) {
            return List.of(station + ".ack.*.*", station + ".event.*.*");
        }
    },

    /** Whoever has a token to become a node: asks the station, and hears its answer. */
    TOKEN(2, Limits.ENROLMENT_BYTES + Role.HEADERS_BYTES) {
        @Override
        List<String> publish(NodeName station) {
            return List.of(Subject.enrolment(station).toString());
        }
    };

    /** More than the headers of a frame can have, which the server counts as well. */
    private static final int HEADERS_BYTES = 16 * 1024;

    static final String NAME = "{{name()}}";

    /** How many subscriptions a client may have at once, and how large a message may be, in bytes. */
    final long subscriptions;

    final long payload;

    Role(long subscriptions, long payload) {
        this.subscriptions = subscriptions;
        this.payload = payload;
    }

    /** The stream that holds what was sent to a station. */
    public static String mailbox(NodeName station) {
        return "mailbox-" + station;
    }

    /** What the broker calls whoever has a token. */
    public static String nameOf(CommandId token) {
        return EnrolmentRequest.replyTo(token).value();
    }

    abstract List<String> publish(NodeName station);

    List<String> subscribe() {
        return List.of(NAME + ".>");
    }
}
