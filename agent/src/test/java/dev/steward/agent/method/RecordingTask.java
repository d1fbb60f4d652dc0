// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.method;

import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.RefusedException;
import dev.steward.message.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** An execution of a real command on a virtual thread, with what it passed on. */
final class RecordingTask implements Method.Task {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    final String marker = "STEWARD_TEST_EXECUTION=" + UUID.randomUUID();
    private final CommandId id = CommandId.create(Instant.now(), new Random());
    final List<OutputChunk> chunks = new CopyOnWriteArrayList<>();
    final FutureTask<Outcome> running = new FutureTask<>(() -> new ShellCommand().run(this));
    volatile long pid;
    volatile long startTicks;
    volatile Optional<ExecutionState> stop = Optional.empty();
    volatile Runnable onSpawned = () -> {};
    private final JsonObject arguments;
    private final Thread thread = Thread.ofVirtual().unstarted(running);
    private final Semaphore room = new Semaphore(Integer.MAX_VALUE);
    private Optional<Duration> timeout = Optional.empty();

    private RecordingTask(JsonObject arguments) {
        this.arguments = arguments;
    }

    static RecordingTask of(Map<String, ?> arguments) {
        return new RecordingTask(JsonObject.of(arguments));
    }

    static RecordingTask shell(String line) {
        return of(Map.of("shell", line));
    }

    RecordingTask timeout(Duration value) {
        timeout = Optional.of(value);
        return this;
    }

    /** Lets so many chunks pass, and then blocks. */
    RecordingTask room(int permits) {
        room.drainPermits();
        room.release(permits);
        return this;
    }

    RecordingTask start() {
        thread.start();
        return this;
    }

    void interrupt() {
        thread.interrupt();
    }

    Outcome run() {
        return start().outcome();
    }

    Outcome outcome() {
        try {
            return running.get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("no outcome", e);
        }
    }

    /** Everything of a stream that was passed on, in chunks or in the outcome, cut bytes left out. */
    byte[] output(OutputStreamName stream) {
        var bytes = new ByteArrayOutputStream();
        for (List<OutputChunk> part : List.of(chunks, outcome().output())) {
            part.stream().filter(chunk -> chunk.stream() == stream).forEach(chunk -> bytes.writeBytes(chunk.bytes()));
        }
        return bytes.toByteArray();
    }

    String stdout() {
        return new String(output(OutputStreamName.STDOUT), StandardCharsets.UTF_8);
    }

    String stderr() {
        return new String(output(OutputStreamName.STDERR), StandardCharsets.UTF_8);
    }

    /** What it has streamed until now. */
    String streamed() {
        var text = new StringBuilder();
        chunks.forEach(chunk -> text.append(new String(chunk.bytes(), StandardCharsets.UTF_8)));
        return text.toString();
    }

    /** Living processes that carry the marker. */
    List<Long> marked() {
        return ProcessTable.others()
                .map(ProcessTable.Entry::pid)
                .filter(candidate -> ProcessTable.hasVariable(candidate, marker))
                .toList();
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + DEADLINE + ": " + what);
            }
            Signals.pause(5);
        }
    }

    static boolean isAlive(long pid) {
        return ProcessTable.entry(pid).filter(ProcessTable.Entry::isAlive).isPresent();
    }

    static String refusal(Map<String, ?> arguments) {
        try {
            new ShellCommand().check(JsonObject.of(arguments));
            return "";
        } catch (RefusedException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Override
    public String marker() {
        return marker;
    }

    @Override
    public CommandId command() {
        return id;
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public JsonObject arguments() {
        return arguments;
    }

    @Override
    public Optional<Duration> timeout() {
        return timeout;
    }

    @Override
    public void spawned(long newPid, long newStartTicks) {
        pid = newPid;
        startTicks = newStartTicks;
        onSpawned.run();
    }

    @Override
    public void output(OutputChunk chunk) throws InterruptedException {
        room.acquire();
        chunks.add(chunk);
    }

    @Override
    public Optional<ExecutionState> stopRequested() {
        return stop;
    }
}
