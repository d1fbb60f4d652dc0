// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent;

import dev.steward.agent.core.AgentCore;
import dev.steward.agent.core.AgentSink;
import dev.steward.agent.core.JournalWrite;
import dev.steward.agent.core.StoredExecution;
import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.Space;
import dev.steward.message.Target;
import dev.steward.message.json.JsonObject;
import dev.steward.message.link.Frame;
import dev.steward.message.link.Lane;
import dev.steward.message.link.Now;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;
import dev.steward.message.signing.Ed25519;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.trust.LocalTrust;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The agent's core on a real journal, with time in the test's hands and the station's end of the link at hand. */
abstract class AgentCoreFixture {
    static final NodeName SHIP = new NodeName("ship1");
    static final KeyId IDENTITY = Ed25519.generate().key().id();
    static final Instant START = Instant.parse("2026-01-31T12:00:00Z");
    static final String PROCESS = "shellcommand.operatingsystem";

    @TempDir
    Path folder;

    final Random random = new Random(1);
    final List<String> started = new ArrayList<>();
    final List<CommandId> stopped = new ArrayList<>();
    final List<CommandId> killed = new ArrayList<>();
    KeyId identity = IDENTITY;
    Now now = new Now(1_000_000, START);
    long position;
    Space space = Space.ENOUGH;
    LocalTrust trust = TestOperator.trust();
    private Optional<Journal> opened = Optional.empty();
    private Optional<OtherEnd> otherEnd = Optional.empty();

    final List<NodeRecord> otherKeys = new ArrayList<>();
    final AgentSink sink = new AgentSink() {
        @Override
        public void write(JournalWrite write) {
            journal().apply(write);
        }

        @Override
        public void send(Frame frame) {
            station().take(frame);
        }

        @Override
        public void start(String process, Document.Command command, int attempt) {
            started.add(command.id() + "/" + attempt);
        }

        @Override
        public void killLeftovers(CommandId id) {
            killed.add(id);
        }

        @Override
        public void stop(CommandId id, ExecutionState state) {
            stopped.add(id);
        }

        @Override
        public void otherKeys(NodeRecord record, SignedDocument signed, Optional<String> brokerToken) {
            otherKeys.add(record);
        }

        @Override
        public void log(System.Logger.Level level, String text) {}
    };

    @BeforeEach
    void open() {
        opened = Optional.of(Journal.open(folder));
        otherEnd = Optional.of(new OtherEnd(SHIP, folder, random));
    }

    @AfterEach
    void close() {
        journal().close();
        station().close();
    }

    OtherEnd station() {
        return otherEnd.orElseThrow();
    }

    /** The station knows of no start of these that the journal does not know of. */
    void agree(AgentCore core, CommandId... waiting) {
        station().meet(core, now);
        for (CommandId id : waiting) {
            int attempt = journal().execution(id).orElseThrow().attempt();
            station().inquire(core, now, id, attempt, Optional.empty());
        }
    }

    Journal journal() {
        return opened.orElseThrow();
    }

    AgentCore core() {
        return core(AgentCore.Recovery.atStart());
    }

    /** The same process, after it has reopened its journal. */
    AgentCore reopened(CommandId... alive) {
        return core(new AgentCore.Recovery(Set.of(alive), Optional.of(Set.of()), AgentCore.Told.NOTHING));
    }

    AgentCore core(AgentCore.Recovery recovery) {
        var settings = new AgentCore.Settings(
                SHIP,
                identity,
                NodeName.CENTRAL,
                Session.create(random),
                "boot-1",
                Duration.ofSeconds(30),
                Map.of(),
                AgentCore.Capacity.DEFAULT,
                Signatures.ED25519);
        return new AgentCore(settings, journal(), sink, command -> {}, random, now, recovery, space, trust, false);
    }

    /** Puts an execution into the journal, as an earlier start of the agent left it. */
    CommandId left(ExecutionState state, int attempt, boolean repeatable, Duration startWithin) {
        var document = new Document.Command(
                CommandId.create(START.plusMillis(position), random),
                TestOperator.FLEET,
                1,
                1,
                TestOperator.KEY.key().id(),
                START,
                List.of(new Target(SHIP, IDENTITY)),
                "shellcommand",
                "operatingsystem",
                JsonObject.of(Map.of("shell", "true")),
                START.plus(startWithin),
                Optional.empty(),
                repeatable,
                false);
        journal()
                .apply(new JournalWrite.PutExecution(new StoredExecution(
                        document.id(),
                        ++position,
                        PROCESS,
                        TestOperator.sign(document),
                        state,
                        attempt,
                        "boot-1",
                        document.startBefore(),
                        Optional.empty(),
                        Optional.empty())));
        return document.id();
    }

    ExecutionState state(CommandId id) {
        return journal().execution(id).orElseThrow().state();
    }

    void pass(AgentCore core, Duration time) {
        now = new Now(now.millis() + time.toMillis(), now.wall().plus(time));
        core.tick(now);
    }

    List<OutboxEntry> results() {
        return journal().outboxAfter(NodeName.CENTRAL, Lane.RESULTS, 0, 1_000_000);
    }
}
