// SPDX-License-Identifier: Apache-2.0
package dev.steward.bus;

/**
 * Gets the reader of a stream past a message that the client can't read. One with a broken header block ends the
 * client's reader, one that poses as a word of the broker ends or confuses its consumer, and the next attempt would
 * begin with the same message. What is passed over in error the links send again.
 */
final class Obstacle {
    private static final System.Logger LOG = System.getLogger(Obstacle.class.getName());

    /** Attempts that may end without a message for other reasons: the broker went down just then. */
    private static final int ATTEMPTS = 2;

    private static final long MAX_SKIP = 1 << 16;

    private String incarnation = "";
    private long next; // where this attempt began, and behind each message that it has read
    private boolean progress;
    private int failures;
    private long skip = 1;
    private long looked;

    /**
     * The number to read from in the next attempt.
     *
     * @param wanted the first number that is not recorded
     * @param first of the stream
     * @param last of the stream
     */
    long start(String stream, long wanted, long first, long last) {
        long from = Math.max(wanted, first);
        boolean same = stream.equals(incarnation) && !progress && from <= next && next <= last + 1;
        incarnation = stream;
        progress = false;
        looked = 0;
        if (!same) {
            failures = 0;
            skip = 1;
            next = from;
        } else if (next <= last && ++failures >= ATTEMPTS) {
            long past = Math.min(next + skip, last + 1);
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the mailbox can''t be read at {0}; passing over {1} messages",
                    Long.toString(next),
                    Long.toString(past - next));
            next = past;
            skip = Math.min(skip * 2, MAX_SKIP); // where one of them is, there may be many
            failures = 0;
        }
        return next;
    }

    void read(long number) {
        next = number + 1;
        progress = true;
        skip = 1;
    }

    /** Whether messages wait and none has come since the last look. */
    boolean isInTheWay(long last) {
        boolean stuck = looked == next && next <= last;
        looked = next;
        return stuck;
    }
}
