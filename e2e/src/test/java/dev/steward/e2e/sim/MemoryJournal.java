// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.agent.Journal;
import dev.steward.agent.core.AgentStore;
import dev.steward.agent.core.JournalWrite;
import dev.steward.agent.core.StoredExecution;
import dev.steward.message.CommandId;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.OutputStreamName;
import dev.steward.message.Subject;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.Lane;
import dev.steward.message.link.OutboxEntry;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The twin of {@link Journal} in memory. */
public final class MemoryJournal extends MemoryStore implements AgentStore {
    /** Where a row stands: in order of receipt, then of insertion. */
    private record Place(long position, long row) implements Comparable<Place> {
        private static final Comparator<Place> ORDER =
                Comparator.comparingLong(Place::position).thenComparingLong(Place::row);

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    private record Row(
            Place place, StoredExecution execution, boolean canceled, long pid, long startTicks, Instant endedAt) {
        boolean isOpen() {
            return execution.finished().isEmpty();
        }
    }

    private record Piece(OutputStreamName stream, long offset) {}

    private final InstantSource clock;
    private final MemoryLinkStore links;
    private final Map<CommandId, Row> byId = new HashMap<>();
    private final TreeMap<Place, Row> byPlace = new TreeMap<>();
    private final TreeMap<Place, Row> open = new TreeMap<>();
    private final Map<CommandId, Map<Piece, Integer>> dropped = new HashMap<>();
    private long rows;
    private long generation;
    private final TreeMap<Long, JournalWrite.PutAudit> audit = new TreeMap<>();
    private Optional<AuditMark> stationAudit = Optional.empty();
    private Optional<byte[]> operators = Optional.empty();
    private boolean low;
    private int quarantined;

    /** @param clock tells when an execution ended, as the journal asks the system */
    public MemoryJournal(InstantSource clock) {
        this.clock = clock;
        this.links = new MemoryLinkStore(undo);
    }

    private MemoryJournal(MemoryJournal other) {
        other.undo.requireCommitted();
        this.clock = other.clock;
        this.links = other.links.copy(undo);
        byId.putAll(other.byId);
        byPlace.putAll(other.byPlace);
        open.putAll(other.open);
        other.dropped.forEach((id, pieces) -> dropped.put(id, new HashMap<>(pieces)));
        this.rows = other.rows;
        this.generation = other.generation;
        audit.putAll(other.audit);
        this.stationAudit = other.stationAudit;
        this.operators = other.operators;
        this.low = other.low;
        this.quarantined = other.quarantined;
    }

    /** What is committed, as a journal of its own: an older copy of the disk. No transaction may be open. */
    public MemoryJournal copy() {
        return new MemoryJournal(this);
    }

    public void apply(JournalWrite write) {
        switch (write) {
            case JournalWrite.OfLink(var linkWrite) -> links.apply(linkWrite);
            case JournalWrite.PutExecution(StoredExecution execution) -> put(execution);
            case JournalWrite.PutSpawned(CommandId id, long pid, long startTicks) ->
                row(id).ifPresent(row ->
                        put(new Row(row.place, row.execution, row.canceled, pid, startTicks, row.endedAt)));
            case JournalWrite.PutCanceled(CommandId id) ->
                row(id).ifPresent(row ->
                        put(new Row(row.place, row.execution, true, row.pid, row.startTicks, row.endedAt)));
            case JournalWrite.PutDropped(CommandId id, var stream, long offset, int bytes) -> {
                Map<Piece, Integer> pieces = dropped.computeIfAbsent(id, any -> new HashMap<>());
                var piece = new Piece(stream, offset);
                if (!pieces.containsKey(piece)) {
                    undo.put(pieces, piece, bytes);
                }
            }
            case JournalWrite.ForgetEnded(Instant endedBefore, Instant now) -> forget(millis(endedBefore), millis(now));
            case JournalWrite.PutGeneration(long next) -> {
                long before = generation;
                generation = next;
                undo.add(() -> generation = before);
            }
            case JournalWrite.PutOperators(byte[] next) -> {
                Optional<byte[]> before = operators;
                operators = Optional.of(next);
                undo.add(() -> operators = before);
            }
            case JournalWrite.PutLow(boolean next) -> {
                boolean before = low;
                low = next;
                undo.add(() -> low = before);
            }
            case JournalWrite.PutAudit entry -> put(entry);
            case JournalWrite.PutStationAudit(AuditMark next) -> {
                Optional<AuditMark> before = stationAudit;
                stationAudit = Optional.of(next);
                undo.add(() -> stationAudit = before);
            }
            case JournalWrite.Quarantine quarantine -> {
                int before = quarantined;
                quarantined = Math.min(quarantined + 1, Limits.QUARANTINE_ROWS);
                undo.add(() -> quarantined = before);
            }
        }
    }

    /** A replacement changes what may change: not the place, the document and the deadline; its process is new. */
    private void put(StoredExecution execution) {
        Optional<Row> known = row(execution.id());
        StoredExecution first = known.map(Row::execution).orElse(execution);
        Place place = known.map(Row::place).orElseGet(() -> new Place(execution.position(), ++rows));
        var stored = new StoredExecution(
                execution.id(),
                first.position(),
                first.process(),
                first.document(),
                execution.state(),
                execution.attempt(),
                execution.bootId(),
                millis(first.startBefore()),
                execution.startedAt().map(MemoryJournal::millis),
                execution.finished());
        put(new Row(place, stored, known.map(Row::canceled).orElse(false), 0, 0, millis(clock.instant())));
        if (execution.state() != ExecutionState.RUNNING) {
            undo.remove(dropped, execution.id());
        }
    }

    private void put(JournalWrite.PutAudit entry) {
        if (audit.containsKey(entry.number())) {
            throw new IllegalStateException("there is an entry %d of the audit log".formatted(entry.number()));
        }
        undo.put(audit, entry.number(), entry);
        if (entry.number() % Journal.AUDIT_CUT_EVERY == 0) {
            long base = entry.number() - Limits.NODE_AUDIT_ENTRIES;
            List.copyOf(audit.headMap(base).keySet()).forEach(number -> undo.remove(audit, number));
            Optional.ofNullable(audit.get(base))
                    .ifPresent(
                            kept -> undo.put(audit, base, new JournalWrite.PutAudit(base, new byte[0], kept.hash())));
        }
    }

    private void put(Row row) {
        undo.put(byId, row.execution.id(), row);
        undo.put(byPlace, row.place, row);
        if (row.isOpen()) {
            undo.put(open, row.place, row);
        } else {
            undo.remove(open, row.place);
        }
    }

    private void forget(Instant endedBefore, Instant now) {
        List<Row> forgotten = byPlace.values().stream()
                .filter(row -> !row.isOpen()
                        && row.endedAt.isBefore(endedBefore)
                        && row.execution.startBefore().isBefore(now))
                .toList();
        for (Row row : forgotten) {
            undo.remove(byId, row.execution.id());
            undo.remove(byPlace, row.place);
        }
    }

    private Optional<Row> row(CommandId id) {
        return Optional.ofNullable(byId.get(id));
    }

    @Override
    public Optional<StoredExecution> execution(CommandId id) {
        return row(id).map(Row::execution);
    }

    @Override
    public boolean isCanceled(CommandId id) {
        return row(id).map(Row::canceled).orElse(false);
    }

    @Override
    public long droppedBytes(CommandId id) {
        return dropped.getOrDefault(id, Map.of()).values().stream()
                .mapToLong(Integer::longValue)
                .sum();
    }

    @Override
    public List<StoredExecution> open() {
        return open.values().stream().map(Row::execution).toList();
    }

    /** The main processes of executions that were running when the journal was last written. */
    public List<Journal.Spawned> spawned() {
        return open.values().stream()
                .filter(row -> row.execution.state() == ExecutionState.RUNNING)
                .map(row -> new Journal.Spawned(
                        row.execution.id(), row.execution.attempt(), row.execution.bootId(), row.pid, row.startTicks))
                .toList();
    }

    @Override
    public long lastOutboxPosition() {
        return links.lastPosition();
    }

    @Override
    public long lastExecutionPosition() {
        return byPlace.isEmpty() ? 0 : byPlace.lastKey().position();
    }

    @Override
    public long bulkBytes() {
        return links.outboxBytes(Lane.BULK);
    }

    @Override
    public long waiting(Subject subject) {
        return links.waiting(subject);
    }

    @Override
    public boolean isLow() {
        return low;
    }

    @Override
    public Optional<byte[]> operators() {
        return operators;
    }

    @Override
    public AuditMark auditMark() {
        return audit.isEmpty()
                ? AuditMark.NONE
                : new AuditMark(audit.lastKey(), audit.lastEntry().getValue().hash());
    }

    @Override
    public Optional<AuditMark> stationAudit() {
        return stationAudit;
    }

    /** The audit log as it is kept; the first one, where it has no bytes, is what the others build on. */
    public Collection<JournalWrite.PutAudit> audit() {
        return audit.values();
    }

    /** The hash beside an entry of the audit log. */
    public Optional<AuditHash> auditHash(long number) {
        return Optional.ofNullable(audit.get(number)).map(JournalWrite.PutAudit::hash);
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public List<OutboxEntry> outboxAfter(NodeName peer, Lane lane, long position, int maxBytes) {
        return links.outboxAfter(peer, lane, position, maxBytes);
    }

    @Override
    public Map<SeenKey, Long> seen(NodeName peer) {
        return links.seen(peer);
    }

    /** Every execution that is not forgotten, in order of receipt. */
    public Collection<StoredExecution> executions() {
        return byPlace.values().stream().map(Row::execution).toList();
    }

    public int outboxSize() {
        return links.outboxSize();
    }

    /** How many frames that could not be read are kept. */
    public int quarantined() {
        return quarantined;
    }

    private static Instant millis(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS);
    }
}
