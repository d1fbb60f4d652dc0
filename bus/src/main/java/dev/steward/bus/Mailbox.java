// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

import dev.steward.message.NodeName;
import dev.steward.message.broker.Role;
import io.nats.client.Connection;
import io.nats.client.ConsumeOptions;
import io.nats.client.IterableConsumer;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.Message;
import io.nats.client.PurgeOptions;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The station's mailbox: one stream that captures what nodes send to the station, while it is busy or away. It is an
 * elastic buffer and no promise: what it loses, the links send again.
 */
public final class Mailbox implements NatsBus.Reader {
    private static final int JETSTREAM_NOT_FOUND = 404;
    private static final Duration CHECK_EVERY = Duration.ofSeconds(5);
    /** What the client asks for at a time; in messages it would be without bounds. */
    private static final int BATCH_BYTES = 16 * 1024 * 1024;

    /** Larger ones the broker refuses: one larger than a batch would never come, and nothing behind it. */
    private static final int MESSAGE_BYTES = 4 * 1024 * 1024;

    private static final Duration POLL = Duration.ofMillis(500);

    private final NodeName station;
    private final String stream;
    private final long maxBytes;
    private final Position position;
    private final AtomicLong recorded = new AtomicLong();
    private final Obstacle obstacle = new Obstacle();

    /** The station's place in the stream, kept in its ledger. */
    public interface Position {
        /**
         * The number to go on behind, 0 for the beginning.
         *
         * @param incarnation tells this stream from one of the same name made later
         */
        long in(String incarnation) throws InterruptedException;
    }

    public Mailbox(NodeName station, long maxBytes, Position position) {
        this.station = station;
        this.stream = Role.mailbox(station);
        this.maxBytes = maxBytes;
        this.position = position;
    }

    /** Everything up to this number is in the ledger and may be purged. */
    public void recordedUpTo(long sequence) {
        recorded.set(sequence);
    }

    @Override
    public void read(Connection connection, BusListener listener)
            throws IOException, InterruptedException, JetStreamApiException, JetStreamStatusCheckedException {
        JetStreamManagement management = connection.jetStreamManagement();
        StreamInfo found = ensureStream(management);
        String incarnation = found.getCreateTime().toInstant().toString();
        // A broker that lost its tail in a power cut gives the same numbers out again.
        long after = Math.min(position.in(incarnation), found.getStreamState().getLastSequence());
        recorded.set(after);
        var configuration = new OrderedConsumerConfiguration()
                .deliverPolicy(DeliverPolicy.ByStartSequence)
                .startSequence(obstacle.start(
                        incarnation,
                        after + 1,
                        found.getStreamState().getFirstSequence(),
                        found.getStreamState().getLastSequence()));
        try (IterableConsumer messages = connection
                .getStreamContext(stream)
                .createOrderedConsumer(configuration)
                .iterate(ConsumeOptions.builder().batchBytes(BATCH_BYTES).build())) {
            listener.connected();
            follow(connection, management, messages, incarnation, listener);
        } catch (IOException
                | InterruptedException
                | JetStreamApiException
                | JetStreamStatusCheckedException
                | RuntimeException e) {
            throw e;
        } catch (Exception e) { // only from closing the consumer
            throw new IOException("closing the mailbox's consumer: " + e.getMessage(), e);
        }
    }

    private void follow(
            Connection connection,
            JetStreamManagement management,
            IterableConsumer messages,
            String incarnation,
            BusListener listener)
            throws IOException, InterruptedException, JetStreamApiException, JetStreamStatusCheckedException {
        long purged = 0;
        long checkAt = System.nanoTime() + CHECK_EVERY.toNanos();
        while (connection.getStatus() == Connection.Status.CONNECTED) {
            Message message = messages.nextMessage(POLL);
            if (message != null) {
                long number = message.metaData().streamSequence();
                obstacle.read(number);
                listener.message(NatsBus.wire(message), number);
            }
            if (System.nanoTime() >= checkAt) {
                // A stream that was deleted or wiped under us shows as another incarnation, and all begins anew.
                StreamInfo found = management.getStreamInfo(stream);
                if (!found.getCreateTime().toInstant().toString().equals(incarnation)) {
                    throw new IOException("the mailbox was replaced");
                }
                if (obstacle.isInTheWay(found.getStreamState().getLastSequence())) {
                    throw new IOException("the mailbox holds messages, and none of them comes");
                }
                long upTo = recorded.get();
                if (upTo > purged) {
                    management.purgeStream(
                            stream, PurgeOptions.builder().sequence(upTo + 1).build());
                    purged = upTo;
                }
                checkAt = System.nanoTime() + CHECK_EVERY.toNanos();
            }
        }
    }

    private StreamInfo ensureStream(JetStreamManagement management) throws IOException, JetStreamApiException {
        StreamConfiguration wanted = StreamConfiguration.builder()
                .name(stream)
                .subjects(station + ".>")
                .storageType(StorageType.File)
                .retentionPolicy(RetentionPolicy.Limits)
                .discardPolicy(DiscardPolicy.New)
                .maxBytes(maxBytes)
                .maximumMessageSize(MESSAGE_BYTES)
                .noAck(true) // else the broker answers into whatever reply subject a publisher names
                .build();
        try {
            StreamInfo found = management.getStreamInfo(stream);
            StreamConfiguration has = found.getConfiguration();
            boolean same =
                    has.getNoAck() && has.getMaxBytes() == maxBytes && has.getMaximumMessageSize() == MESSAGE_BYTES;
            return same ? found : management.updateStream(wanted);
        } catch (JetStreamApiException e) {
            if (e.getErrorCode() != JETSTREAM_NOT_FOUND) {
                throw e;
            }
            return management.addStream(wanted);
        }
    }
}
