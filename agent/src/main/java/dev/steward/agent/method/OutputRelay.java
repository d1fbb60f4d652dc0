// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import dev.steward.message.Limits;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * From the two pipes of a command through the captures to the agent. Nothing here blocks but {@link #finish}: pipes
 * are only read when they hold something, and chunks are passed on by a thread of their own, one batch at a time, so
 * that an agent without room for output holds up the command but not its timeout.
 */
final class OutputRelay {
    private static final int BUFFER_BYTES = 64 * 1024; // what a pipe holds by default

    /** What a pipe may hold, see pipe(7); so much can be left in it by processes that have ended. */
    private static final int PIPE_MAX_BYTES = 1024 * 1024;

    private final Method.Task task;
    private final InputStream stdout;
    private final InputStream stderr;
    private final OutputCapture capturedStdout = new OutputCapture(OutputStreamName.STDOUT);
    private final OutputCapture capturedStderr = new OutputCapture(OutputStreamName.STDERR);
    private byte[] buffer = {};
    private @Nullable FutureTask<@Nullable Void> passing;

    OutputRelay(Method.Task task, InputStream stdout, InputStream stderr) {
        this.task = task;
        this.stdout = stdout;
        this.stderr = stderr;
    }

    /** Reads what is there, as far as there is room for it, and lets go on what is due; returns the bytes read. */
    int pump() throws InterruptedException {
        long nanos = System.nanoTime();
        int bytes = (capturedStdout.hasRoom() ? read(stdout, capturedStdout, nanos) : 0)
                + (capturedStderr.hasRoom() ? read(stderr, capturedStderr, nanos) : 0);
        passOn(nanos);
        return bytes;
    }

    /** Reads all that is there, room or no room: the captures bound it. Returns the bytes read. */
    int drain() {
        long nanos = System.nanoTime();
        int sum = 0;
        int bytes;
        do {
            bytes = read(stdout, capturedStdout, nanos) + read(stderr, capturedStderr, nanos);
            sum += bytes;
        } while (bytes > 0 && sum < 2 * PIPE_MAX_BYTES);
        return sum;
    }

    /**
     * Passes the rest on, which may block, and returns what is small enough to travel in the outcome. Nobody reads
     * the pipes any longer.
     */
    List<OutputChunk> finish() throws InterruptedException {
        await();
        var rest = new ArrayList<>(capturedStdout.takeRest());
        rest.addAll(capturedStderr.takeRest());
        if (rest.stream().mapToLong(chunk -> chunk.bytes().length).sum() <= Limits.OUTPUT_INLINE_BYTES) {
            return rest;
        }
        for (OutputChunk chunk : rest) {
            task.output(chunk);
        }
        return List.of();
    }

    /** Gives up what is being passed on. */
    void cancel() {
        if (passing != null) {
            passing.cancel(true);
        }
    }

    OutputCapture stdout() {
        return capturedStdout;
    }

    OutputCapture stderr() {
        return capturedStderr;
    }

    private int read(InputStream pipe, OutputCapture capture, long nanos) {
        try {
            // At the end of the stream nothing is available either; that it has ended is told by the processes.
            int available = pipe.available();
            if (available == 0) {
                return 0;
            }
            if (buffer.length < Math.min(available, BUFFER_BYTES)) {
                buffer = new byte[Math.min(Math.max(available, 4096), BUFFER_BYTES)];
            }
            int length = pipe.read(buffer, 0, Math.min(available, buffer.length));
            capture.add(buffer, Math.max(0, length), nanos);
            return Math.max(0, length);
        } catch (IOException e) {
            return 0; // closed: the end
        }
    }

    private void passOn(long nanos) throws InterruptedException {
        if (passing != null) {
            if (!passing.isDone()) {
                return;
            }
            await();
        }
        var due = new ArrayList<>(capturedStdout.takeDue(nanos));
        due.addAll(capturedStderr.takeDue(nanos));
        if (!due.isEmpty()) {
            passing = new FutureTask<>(() -> {
                for (OutputChunk chunk : due) {
                    task.output(chunk);
                }
                return null;
            });
            Thread.ofVirtual().name("output of an execution").start(passing);
        }
    }

    private void await() throws InterruptedException {
        if (passing == null) {
            return;
        }
        try {
            passing.get();
            passing = null;
        } catch (ExecutionException e) {
            throw new IllegalStateException("output could not be passed on", e.getCause());
        }
    }
}
