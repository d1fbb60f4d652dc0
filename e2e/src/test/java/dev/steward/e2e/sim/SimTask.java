// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Outcome;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.RefusedException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** A process that a command has become, as the operating system and nobody else knows it. Outlives its agent. */
final class SimTask {
    /** Documents say by this argument for how many milliseconds their command runs. */
    static final String LENGTH = "length";

    private static final int CHUNK = 4_000;

    private final SimNode machine;
    private final World world;
    private final Random random;
    private final Document.Command command;
    private final int attempt;
    private final int parent;
    private final long pid;
    private final Instant startedAt;
    private final long startedMillis;
    private Optional<ExecutionState> stop = Optional.empty();
    private long written;
    private boolean alive = true;

    /** @param parent the incarnation of the agent that started it */
    SimTask(SimNode machine, Document.Command command, int attempt, int parent, long pid) {
        this.machine = machine;
        this.world = machine.world;
        this.random = world.random();
        this.command = command;
        this.attempt = attempt;
        this.parent = parent;
        this.pid = pid;
        this.startedAt = machine.now().wall();
        this.startedMillis = world.millis();
    }

    CommandId command() {
        return command.id();
    }

    int attempt() {
        return attempt;
    }

    /** Whether the agent that started it is there to hear of it. */
    boolean isWatched() {
        return machine.isUp() && parent == machine.incarnation();
    }

    void run() {
        if (isWatched()) {
            machine.input((core, now) -> core.spawned(command(), pid, startedMillis));
        }
        long length = lengthMillis();
        int chunks =
                random.nextInt(4) == 0 ? 1 + random.nextInt(world.plan().load().chunks()) : 0;
        for (int i = 0; i < chunks; i++) {
            world.after(length * i / chunks, this::write);
        }
        world.after(length, this::end);
    }

    void stop(ExecutionState state) {
        if (alive && stop.isEmpty()) {
            stop = Optional.of(state);
            world.after(random.nextInt(300), this::end);
        }
    }

    void kill() {
        alive = false;
        machine.gone(this);
    }

    private void write() {
        if (alive && stop.isEmpty()) {
            byte[] bytes = output(command(), attempt, written, 1 + random.nextInt(CHUNK));
            var chunk = new OutputChunk(OutputStreamName.STDOUT, written, bytes);
            written += bytes.length;
            if (isWatched()) {
                machine.input((core, now) -> core.output(now, command(), attempt, chunk));
            }
        }
    }

    /** What the process of a start writes at a place: each byte follows from these, so that a wrong one shows. */
    static byte[] output(CommandId command, int attempt, long offset, int length) {
        byte[] bytes = new byte[length];
        long origin = command.hashCode() * 31L + attempt;
        for (int i = 0; i < length; i++) {
            long mixed = (origin + offset + i) * 0x9E3779B97F4A7C15L;
            bytes[i] = (byte) (mixed >>> 56);
        }
        return bytes;
    }

    private void end() {
        if (!alive) {
            return;
        }
        kill();
        boolean natural = stop.isEmpty();
        if (natural && isWatched() && !world.plan().sustained() && random.nextInt(40) == 0) {
            fail();
            return;
        }
        ExecutionState state = stop.orElse(random.nextInt(4) == 0 ? ExecutionState.FAILED : ExecutionState.SUCCEEDED);
        if (natural) {
            world.oracle().ended(machine, command(), attempt, state);
        }
        if (isWatched()) {
            tell(outcome(state, natural), natural);
        }
    }

    private void fail() {
        world.reached(Reached.PROCESS_FAILED);
        machine.disturb();
        machine.input((core, now) -> {
            core.failed(now, command(), "a defect of the method");
            machine.afterCommit(() -> machine.settled(command()));
        });
    }

    private void tell(Outcome outcome, boolean natural) {
        machine.input((core, now) -> {
            core.ended(now, command(), outcome);
            machine.afterCommit(() -> {
                machine.settled(command());
                if (natural) {
                    world.oracle().recorded(machine, command(), attempt);
                }
            });
        });
    }

    private Outcome outcome(ExecutionState state, boolean natural) {
        return new Outcome(
                state,
                attempt,
                natural ? OptionalInt.of(state == ExecutionState.FAILED ? 3 : 0) : OptionalInt.empty(),
                natural ? Optional.empty() : Optional.of("stopped"),
                Optional.of(startedAt),
                machine.now().wall(),
                Optional.of(Duration.ofMillis(world.millis() - startedMillis)),
                written,
                0,
                written,
                List.of());
    }

    private long lengthMillis() {
        try {
            return command.arguments().integer(LENGTH, 1, 1_000_000);
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }
}
