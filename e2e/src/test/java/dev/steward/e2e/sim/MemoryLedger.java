// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.CommandId;
import dev.steward.message.Document;
import dev.steward.message.ExecutionState;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.OutputChunk;
import dev.steward.message.OutputStreamName;
import dev.steward.message.RefusedException;
import dev.steward.message.audit.AuditHash;
import dev.steward.message.audit.AuditMark;
import dev.steward.message.link.Lane;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.signing.KeyId;
import dev.steward.message.signing.VerificationKey;
import dev.steward.station.core.ApiToken;
import dev.steward.station.core.Execution;
import dev.steward.station.core.HeldDocument;
import dev.steward.station.core.HeldId;
import dev.steward.station.core.LedgerWrite;
import dev.steward.station.core.StationStore;
import dev.steward.station.core.Token;
import dev.steward.station.core.Transition;
import dev.steward.store.StoreException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The twin of {@code Ledger} in memory. */
public final class MemoryLedger extends MemoryStore implements StationStore {
    private static final int EVENT_ROWS = 100_000;

    /** A node as it is stored; its facts are in {@code digest} alone. */
    public record Node(
            Instant firstSeenAt, Optional<Instant> lastHeardAt, String digest, Optional<Instant> frozenSince) {}

    /** A command and its counts: of executions, of those without a final end, of those with another end than success. */
    public record Command(int parts, int total, int unfinished, int unsuccessful) {}

    private record CancelTarget(CommandId command, NodeName node) {}

    private record Part(CommandId command, int part) {}

    private record Start(CommandId command, NodeName node, int attempt) {}

    private record Place(Start start, OutputStreamName stream, long offset) {}

    private final MemoryLinkStore links;
    private final MemoryExecutions executions;
    private final TreeMap<NodeName, Node> nodes = new TreeMap<>();
    private final TreeMap<CommandId, Command> commands = new TreeMap<>();
    private final Map<CancelTarget, KeptCancel> cancels = new HashMap<>();
    private final Map<Part, byte[]> documents = new HashMap<>();
    private final TreeMap<Long, Transition> transitions = new TreeMap<>();
    private final TreeMap<Long, LedgerWrite.PutOutput> outputs = new TreeMap<>();
    private final Set<Place> places = new HashSet<>();
    private final Map<Start, Long> outputBytes = new HashMap<>();
    private final Map<String, String> meta = new HashMap<>();
    private final TreeMap<Long, byte[]> operators = new TreeMap<>();
    private final TreeMap<CommandId, Token> tokens = new TreeMap<>();
    private final TreeMap<CommandId, ApiToken> apiTokens = new TreeMap<>();
    private final TreeMap<CommandId, ApiToken> endedApiTokens = new TreeMap<>();
    private final TreeMap<String, Instant> shutOut = new TreeMap<>();
    private final TreeMap<KeyId, byte[]> enrolments = new TreeMap<>();
    private final TreeMap<KeyId, KeptRecord> nodeRecords = new TreeMap<>();
    private final Map<HeldId, HeldDocument> heldDocuments = new HashMap<>();
    private final TreeMap<Long, LedgerWrite.PutAudit> audit = new TreeMap<>();
    private final TreeMap<Long, LedgerWrite.PutAuditHead> auditHeads = new TreeMap<>();
    private final Map<NodeName, AuditMark> nodeAudits = new HashMap<>();
    private int events;
    private int quarantined;

    public MemoryLedger() {
        this.links = new MemoryLinkStore(undo);
        this.executions = new MemoryExecutions(undo);
    }

    private MemoryLedger(MemoryLedger other) {
        other.undo.requireCommitted();
        this.links = other.links.copy(undo);
        this.executions = other.executions.copy(undo);
        nodes.putAll(other.nodes);
        commands.putAll(other.commands);
        documents.putAll(other.documents);
        cancels.putAll(other.cancels);
        transitions.putAll(other.transitions);
        outputs.putAll(other.outputs);
        places.addAll(other.places);
        outputBytes.putAll(other.outputBytes);
        meta.putAll(other.meta);
        operators.putAll(other.operators);
        tokens.putAll(other.tokens);
        apiTokens.putAll(other.apiTokens);
        endedApiTokens.putAll(other.endedApiTokens);
        shutOut.putAll(other.shutOut);
        enrolments.putAll(other.enrolments);
        nodeRecords.putAll(other.nodeRecords);
        heldDocuments.putAll(other.heldDocuments);
        audit.putAll(other.audit);
        auditHeads.putAll(other.auditHeads);
        nodeAudits.putAll(other.nodeAudits);
        this.events = other.events;
        this.quarantined = other.quarantined;
    }

    /** What is committed, as a ledger of its own: an older copy of the disk. No transaction may be open. */
    public MemoryLedger copy() {
        return new MemoryLedger(this);
    }

    public long raiseGeneration(Instant now) {
        long next = Math.max(lastGeneration() + 1, now.getEpochSecond());
        undo.put(meta, "generation", Long.toString(next));
        return next;
    }

    private long lastGeneration() {
        return Long.parseLong(meta.getOrDefault("generation", "0"));
    }

    public long mailboxPosition(String incarnation) {
        return incarnation.equals(meta.get("mailbox.incarnation"))
                ? Long.parseLong(meta.getOrDefault("mailbox.position", "0"))
                : 0;
    }

    public void putMailboxPosition(String incarnation, long position) {
        undo.put(meta, "mailbox.incarnation", incarnation);
        undo.put(meta, "mailbox.position", Long.toString(position));
    }

    public void apply(LedgerWrite write) {
        switch (write) {
            case LedgerWrite.OfLink(var linkWrite) -> links.apply(linkWrite);
            case LedgerWrite.PutNode(NodeName node, Instant at) ->
                insert(nodes, node, new Node(millis(at), Optional.empty(), "", Optional.empty()));
            case LedgerWrite.PutFacts(NodeName node, String digest, var facts) ->
                node(node)
                        .ifPresent(known -> undo.put(
                                nodes,
                                node,
                                new Node(known.firstSeenAt, known.lastHeardAt, digest, known.frozenSince)));
            case LedgerWrite.PutLastHeard(NodeName node, Instant at) ->
                node(node)
                        .ifPresent(known -> undo.put(
                                nodes,
                                node,
                                new Node(known.firstSeenAt, Optional.of(millis(at)), known.digest, known.frozenSince)));
            case LedgerWrite.PutFrozen(NodeName node, Optional<Instant> since) ->
                node(node)
                        .ifPresent(known -> undo.put(
                                nodes,
                                node,
                                new Node(
                                        known.firstSeenAt,
                                        known.lastHeardAt,
                                        known.digest,
                                        since.map(MemoryLedger::millis))));
            case LedgerWrite.PutNodeAudit(NodeName node, Optional<AuditMark> mark, Instant at) -> {
                if (mark.isEmpty()) {
                    undo.remove(nodeAudits, node);
                } else if (nodes.containsKey(node)) {
                    undo.put(nodeAudits, node, mark.get());
                }
            }
            case LedgerWrite.PutCommand(Document.Command document, String issuer, int total, Instant at) ->
                insert(commands, document.id(), new Command(document.parts(), total, total, 0));
            case LedgerWrite.PutDocument(CommandId id, int part, byte[] bytes) ->
                insert(documents, new Part(id, part), bytes);
            case LedgerWrite.PutSignatures(CommandId id, int part, byte[] bytes) ->
                undo.put(documents, new Part(id, part), bytes);
            case LedgerWrite.PutSigners signers -> {} // for people alone
            case LedgerWrite.PutMessageId(Execution execution) -> executions.putMessageId(execution);
            case LedgerWrite.ForgetCancel(NodeName node, CommandId command) ->
                undo.remove(cancels, new CancelTarget(command, node));
            case LedgerWrite.PutCancel(NodeName node, KeptCancel cancel) ->
                undo.put(cancels, new CancelTarget(cancel.document().command(), node), cancel);
            case LedgerWrite.PutExecution(Execution execution, long seq, NodeName saidBy) -> {
                executions.insert(execution);
                Instant at = execution.orderedAt();
                insert(transitions, seq, new Transition(seq, execution, execution, saidBy, at, at, ""));
            }
            case LedgerWrite.PutTransition(Transition transition) -> {
                executions.update(transition.after());
                insert(transitions, transition.seq(), transition);
                count(transition.before(), transition.after());
            }
            case LedgerWrite.PutOutput output -> putOutput(output);
            case LedgerWrite.PutOperators(long number, byte[] signed) ->
                insert(operators, operators.size() + 1L, signed);
            case LedgerWrite.PutToken(Token token) -> undo.put(tokens, token.id(), token);
            case LedgerWrite.DeleteToken(CommandId id) -> undo.remove(tokens, id);
            case LedgerWrite.PutApiToken(ApiToken token) -> undo.put(apiTokens, token.id(), token);
            case LedgerWrite.RevokeApiToken(CommandId id, Instant at) -> {
                undo.put(endedApiTokens, id, Objects.requireNonNull(apiTokens.get(id)));
                undo.remove(apiTokens, id);
            }
            case LedgerWrite.PutShutOut(var login, Instant until) -> {
                Instant before = shutOut.getOrDefault(login.toString(), Instant.MIN);
                undo.put(shutOut, login.toString(), until.isAfter(before) ? until : before);
            }
            case LedgerWrite.ForgetShutOut(Instant before) ->
                List.copyOf(shutOut.entrySet()).stream()
                        .filter(each -> each.getValue().isBefore(before))
                        .forEach(each -> undo.remove(shutOut, each.getKey()));
            case LedgerWrite.PutEnrolment(var request, byte[] signed, Instant at) ->
                undo.put(enrolments, request.issuer(), signed);
            case LedgerWrite.DeleteEnrolment(KeyId key) -> undo.remove(enrolments, key);
            case LedgerWrite.PutNodeRecord(var record, byte[] signed, var former) ->
                undo.put(nodeRecords, record.key().id(), new KeptRecord(signed, former));
            case LedgerWrite.PutHeldDocument(HeldDocument document) -> undo.put(heldDocuments, document.id(), document);
            case LedgerWrite.DeleteHeldDocument(HeldId id) -> undo.remove(heldDocuments, id);
            case LedgerWrite.PutGeneration(long generation) ->
                undo.put(meta, "generation", Long.toString(Math.max(lastGeneration(), generation)));
            case LedgerWrite.PutEvent event -> {
                int before = events;
                events = Math.min(events + 1, EVENT_ROWS);
                undo.add(() -> events = before);
            }
            case LedgerWrite.PutAudit audit -> insert(this.audit, audit.number(), audit);
            case LedgerWrite.PutAuditHead head -> undo.put(auditHeads, head.number(), head);
            case LedgerWrite.Quarantine quarantine -> {
                int before = quarantined;
                quarantined = Math.min(quarantined + 1, Limits.QUARANTINE_ROWS);
                undo.add(() -> quarantined = before);
            }
        }
    }

    private <K, V> void insert(Map<K, V> table, K key, V value) {
        if (table.containsKey(key)) {
            throw new StoreException("the ledger has a row of " + key, null);
        }
        undo.put(table, key, value);
    }

    private void putOutput(LedgerWrite.PutOutput output) {
        Execution execution = output.execution();
        OutputChunk chunk = output.chunk();
        var start = new Start(execution.command(), execution.node(), output.attempt());
        var place = new Place(start, chunk.stream(), chunk.offset());
        if (places.contains(place)) {
            throw new StoreException("the ledger has output of " + place, null);
        }
        insert(outputs, output.seq(), output);
        undo.add(places, place);
        undo.put(outputBytes, start, outputBytes.getOrDefault(start, 0L) + chunk.bytes().length);
        executions.update(execution);
    }

    private void count(Execution before, Execution after) {
        Command command = commands.get(after.command());
        if (command != null) {
            int unfinished = (after.isFinal() ? 0 : 1) - (before.isFinal() ? 0 : 1);
            int unsuccessful = failures(after) - failures(before);
            undo.put(
                    commands,
                    after.command(),
                    new Command(
                            command.parts,
                            command.total,
                            command.unfinished + unfinished,
                            command.unsuccessful + unsuccessful));
        }
    }

    private static int failures(Execution execution) {
        return execution.isFinal() && execution.state() != ExecutionState.SUCCEEDED ? 1 : 0;
    }

    private Optional<Node> node(NodeName name) {
        return Optional.ofNullable(nodes.get(name));
    }

    @Override
    public AuditTail auditTail() {
        return audit.isEmpty()
                ? new AuditTail(0, AuditHash.NONE, 0)
                : new AuditTail(
                        audit.lastKey(),
                        audit.lastEntry().getValue().hash(),
                        auditHeads.isEmpty() ? 0 : auditHeads.lastKey());
    }

    @Override
    public List<KnownNode> nodes() {
        return nodes.entrySet().stream()
                .map(entry -> new KnownNode(
                        entry.getKey(),
                        entry.getValue().digest(),
                        entry.getValue().frozenSince(),
                        Optional.ofNullable(nodeAudits.get(entry.getKey()))))
                .toList();
    }

    @Override
    public Optional<Execution> execution(CommandId command, NodeName node) {
        return executions.find(command, node);
    }

    @Override
    public List<CommandId> held() {
        return executions.held();
    }

    @Override
    public List<Execution> heldExecutions(CommandId command) {
        return executions.held(command);
    }

    @Override
    public List<NodeName> targets(CommandId command) {
        return executions.targets(command);
    }

    @Override
    public Optional<byte[]> document(CommandId command, int part) {
        return Optional.ofNullable(documents.get(new Part(command, part)));
    }

    @Override
    public int parts(CommandId command) {
        return command(command).map(Command::parts).orElse(0);
    }

    @Override
    public List<Execution> inFlight(NodeName node) {
        return executions.inFlight(node);
    }

    @Override
    public Optional<Execution> executionOf(NodeName node, String messageId) {
        return executions.of(node, messageId);
    }

    @Override
    public List<Execution> overdue(Instant now, int limit) {
        return executions.overdue(now, limit);
    }

    @Override
    public Optional<OutboxEntry> unsent(NodeName node, String messageId) {
        return links.unsent(node, Lane.CONTROL, messageId);
    }

    @Override
    public boolean isInOutbox(NodeName node, Lane lane, String messageId) {
        return links.isInOutbox(node, lane, messageId);
    }

    @Override
    public Optional<KeptCancel> cancel(CommandId command, NodeName node) {
        return Optional.ofNullable(cancels.get(new CancelTarget(command, node)));
    }

    @Override
    public Optional<byte[]> cancelBytes(CommandId id) {
        return cancels.values().stream()
                .filter(cancel -> cancel.document().id().equals(id))
                .map(KeptCancel::bytes)
                .findFirst();
    }

    @Override
    public Optional<byte[]> operators() {
        return Optional.ofNullable(operators.lastEntry()).map(Map.Entry::getValue);
    }

    @Override
    public List<Token> tokens() {
        return List.copyOf(tokens.values());
    }

    @Override
    public List<ApiToken> apiTokens() {
        return List.copyOf(apiTokens.values());
    }

    @Override
    public boolean isKnownApiToken(CommandId id, String hash) {
        return Stream.concat(apiTokens.values().stream(), endedApiTokens.values().stream())
                .anyMatch(token -> token.id().equals(id) || token.hash().equals(hash));
    }

    @Override
    public List<KeyOut> shutOut() {
        return shutOut.entrySet().stream()
                .map(each -> new KeyOut(key(each.getKey()), each.getValue()))
                .toList();
    }

    private static VerificationKey key(String text) {
        try {
            return VerificationKey.parse(text);
        } catch (RefusedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public List<byte[]> enrolments() {
        return List.copyOf(enrolments.values());
    }

    @Override
    public List<HeldDocument> heldDocuments() {
        return heldDocuments.values().stream()
                .sorted(Comparator.comparing(HeldDocument::heldAt)
                        .thenComparing(each -> each.id().value()))
                .toList();
    }

    @Override
    public List<KeptRecord> nodeRecords() {
        return List.copyOf(nodeRecords.values());
    }

    @Override
    public boolean hasOutput(CommandId command, NodeName node, int attempt, OutputStreamName stream, long offset) {
        return places.contains(new Place(new Start(command, node, attempt), stream, offset));
    }

    @Override
    public long outputBytes(CommandId command, NodeName node, int attempt) {
        return outputBytes.getOrDefault(new Start(command, node, attempt), 0L);
    }

    @Override
    public long lastOutboxPosition() {
        return links.lastPosition();
    }

    @Override
    public long lastSeq() {
        return Math.max(transitions.isEmpty() ? 0 : transitions.lastKey(), outputs.isEmpty() ? 0 : outputs.lastKey());
    }

    @Override
    public List<OutboxEntry> outboxAfter(NodeName peer, Lane lane, long position, int maxBytes) {
        return links.outboxAfter(peer, lane, position, maxBytes);
    }

    @Override
    public Map<SeenKey, Long> seen(NodeName peer) {
        return links.seen(peer);
    }

    /** Every execution, in order of recording. A view. */
    public Collection<Execution> executions() {
        return executions.all();
    }

    /** Every transition, in order. A view. */
    public Collection<Transition> transitions() {
        return Collections.unmodifiableCollection(transitions.values());
    }

    /** Every piece of output, in order. A view. */
    public Collection<LedgerWrite.PutOutput> outputs() {
        return Collections.unmodifiableCollection(outputs.values());
    }

    /** Every known node by name. A view. */
    public Map<NodeName, Node> knownNodes() {
        return Collections.unmodifiableMap(nodes);
    }

    /** Every command by id. A view. */
    public Map<CommandId, Command> commands() {
        return Collections.unmodifiableMap(commands);
    }

    public Optional<Command> command(CommandId id) {
        return Optional.ofNullable(commands.get(id));
    }

    /** The entry at a place of the outbox. */
    public Optional<OutboxEntry> outbox(long position) {
        return links.at(position);
    }

    public int outboxSize() {
        return links.outboxSize();
    }

    /** How many events of nodes are kept. */
    public int events() {
        return events;
    }

    /** How many frames that could not be read are kept. */
    public int quarantined() {
        return quarantined;
    }

    /** As times are stored. */
    static Instant millis(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS);
    }
}
