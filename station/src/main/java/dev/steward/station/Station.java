// SPDX-License-Identifier: Apache-2.0
package dev.steward.station;

import dev.steward.bus.Bus;
import dev.steward.bus.BusListener;
import dev.steward.bus.Mailbox;
import dev.steward.bus.NatsBus;
import dev.steward.message.EnrolmentAnswer;
import dev.steward.message.EnrolmentRequest;
import dev.steward.message.FleetId;
import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.NodeRecord;
import dev.steward.message.Refusal;
import dev.steward.message.RefusedException;
import dev.steward.message.Space;
import dev.steward.message.Subject;
import dev.steward.message.WireMessage;
import dev.steward.message.broker.BrokerKeys;
import dev.steward.message.broker.Role;
import dev.steward.message.link.Frame;
import dev.steward.message.link.FrameCodec;
import dev.steward.message.link.FrameEncoder;
import dev.steward.message.link.Now;
import dev.steward.message.link.Session;
import dev.steward.message.seal.ForgedException;
import dev.steward.message.seal.FrameGuard;
import dev.steward.message.seal.LinkKeyPair;
import dev.steward.message.seal.Seal;
import dev.steward.message.signing.Signatures;
import dev.steward.message.signing.SignedDocument;
import dev.steward.message.signing.VerificationKey;
import dev.steward.message.trust.SignedList;
import dev.steward.message.trust.Trust;
import dev.steward.message.trust.TrustFile;
import dev.steward.station.core.Answer;
import dev.steward.station.core.LedgerWrite;
import dev.steward.station.core.LiveTokens;
import dev.steward.station.core.StationCore;
import dev.steward.station.core.StationSink;
import dev.steward.station.http.Api;
import dev.steward.station.http.Feed;
import dev.steward.station.http.Health;
import dev.steward.station.http.Presence;
import dev.steward.station.ledger.Ledger;
import dev.steward.station.ledger.LedgerReader;
import dev.steward.store.CommitLoop;
import dev.steward.store.Committer;
import dev.steward.store.FolderLock;
import dev.steward.store.PrivateFile;
import dev.steward.store.Reserve;
import dev.steward.store.StoreException;
import dev.steward.store.TrustFileWatch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;

/** The station's parts and its loop: receive, decide, commit, send. Nobody else touches the ledger's writing side. */
public final class Station {
    private static final System.Logger LOG = System.getLogger(Station.class.getName());
    private static final long TICK_MS = 200;

    private static final long MAILBOX_BYTES = 1L << 30;

    private final StationSettings settings;
    private final RandomGenerator random = new SecureRandom();
    private final Effects effects = new Effects();
    private final Feed feed = new Feed();
    private final Presence presence = new Presence();
    private final FolderLock lock;
    private final Reserve reserve;
    private final TrustFileWatch trustFile;
    private final CommitLoop<StationCore> loop;
    private final Mailbox mailbox;
    private final Bus bus;
    private final LedgerReader reader;
    private final Api api;
    private final StationFile file;
    private final LinkKeyPair linkKey;
    private final NodeSeals seals;
    private final FrameGuard guard;
    private final AuditKey auditKey;
    private final Optional<BrokerAccount> brokerAccount;
    private final String enrolments;
    private final long generation;
    private Ledger ledger;
    private StationCore core;
    private volatile boolean connected;
    private volatile Health.Broker broker;
    private volatile Space space;
    private volatile Trust trust;
    private volatile LiveTokens apiTokens = LiveTokens.NONE;
    private volatile boolean stopping;
    private String mailboxIncarnation = "";
    private long mailboxPosition;
    private long storedPosition;

    /** Takes the data folder, recovers what it holds, and starts; returns when the API is served. */
    public Station(StationSettings settings) {
        this.settings = settings;
        this.lock = FolderLock.take(settings.data());
        this.reserve = Reserve.in(settings.data());
        this.enrolments = Subject.enrolment(settings.name()).toString();
        this.ledger = Ledger.open(settings.data());
        this.linkKey = linkKey(settings.data(), ledger);
        this.seals = new NodeSeals(linkKey, settings.encryptBodies());
        this.guard = new FrameGuard(seals);
        this.brokerAccount = settings.brokerKeys().map(keys -> new BrokerAccount(keys, settings.bus()));
        this.trustFile = new TrustFileWatch(settings.trust());
        this.trust = new Trust(
                Signatures.ED25519, trustFile.trust(), ledger.operators().map(SignedList::stored));
        this.auditKey = new AuditKey(
                settings.data(),
                settings.name(),
                this::fleet,
                random,
                ledger.auditTail().signed() > 0);
        this.space = reserve.look(CommitLoop.now().millis());
        this.broker = new Health.Broker(settings.bus().shownUrl(), false, Instant.now(), "not tried yet");
        this.loop = new CommitLoop<>("station", TICK_MS, new Host());
        ledger.begin();
        this.generation = ledger.raiseGeneration(Instant.now());
        ledger.beginEra(Session.create(random).value());
        ledger.putLinkKey(linkKey.key().toString());
        this.core = newCore();
        core.begin(
                CommitLoop.now(),
                "version %s, generation %d, at %s%s"
                        .formatted(
                                settings.version(),
                                generation,
                                settings.url(),
                                auditKey.doubt(ledger)
                                        .map(doubt -> "; " + doubt)
                                        .orElse("")));
        ledger.commit();
        effects.carryOut(); // whose frames are taken
        seals.warm();
        this.mailbox = new Mailbox(settings.name(), MAILBOX_BYTES, new Position());
        this.bus = NatsBus.station(settings.bus(), settings.mailboxLogin(), mailbox, new FromBus());
        this.reader = new LedgerReader(settings.data());
        this.file = new StationFile(settings);
        this.api = new Api(
                new Api.Settings(
                        settings.httpHost(),
                        settings.httpPort(),
                        settings.tls(),
                        file.token(),
                        file.sessionKey(),
                        settings.name(),
                        linkKey.key(),
                        settings.bus().shownUrl(),
                        settings.brokerKeys(),
                        settings.version(),
                        generation,
                        InstantSource.system()),
                new LoopOrders(loop, () -> trust, () -> apiTokens, effects::answer),
                reader,
                feed,
                presence,
                () -> new Health(broker, loop.failure(), space));
        loop.start();
        file.write();
        settings.warnings().forEach(warning -> LOG.log(System.Logger.Level.WARNING, warning));
        LOG.log(System.Logger.Level.INFO, "serving {0}, generation {1}", settings.url(), Long.toString(generation));
    }

    /** @return why not all could be recorded; empty where it was */
    public Optional<String> stop() throws InterruptedException {
        file.delete();
        api.close();
        stopping = true;
        return loop.awaitEnd(Duration.ZERO);
    }

    private Optional<FleetId> fleet() {
        return trust.local().file().map(TrustFile::fleet);
    }

    /** Made at the first start of a ledger; with another one no node would believe this station. */
    private static LinkKeyPair linkKey(Path data, Ledger ledger) {
        Optional<String> known = ledger.linkKey();
        Path file = data.resolve(PrivateFile.LINK_KEY);
        if (known.isPresent() && !Files.exists(file)) {
            throw new StoreException(
                    "%s is missing, without which no node believes this station: restore it from a backup"
                            .formatted(file),
                    null);
        }
        LinkKeyPair pair = PrivateFile.linkKey(data);
        if (known.filter(key -> !key.equals(pair.key().toString())).isPresent()) {
            throw new StoreException(
                    "%s is not the key with which the nodes of this ledger were enrolled (%s): restore that one from a backup"
                            .formatted(file, known.get()),
                    null);
        }
        return pair;
    }

    private StationCore newCore() {
        return new StationCore(
                settings.name(),
                Session.create(random),
                generation,
                ledger,
                effects,
                random,
                CommitLoop.now(),
                reserve.space(),
                Signatures.ED25519,
                trustFile.trust(),
                this::brokerToken,
                auditKey);
    }

    private Optional<String> brokerToken(NodeRecord record) {
        Optional<BrokerKeys> keys = settings.brokerKeys();
        return keys.isEmpty()
                ? Optional.empty()
                : record.login()
                        .map(login -> keys.get()
                                .token(Role.NODE, record.node().value(), login, Instant.now(), Optional.empty()));
    }

    private void commit() {
        core.flush(CommitLoop.now());
        if (mailboxPosition > 0 && mailboxPosition != storedPosition) {
            ledger.putMailboxPosition(mailboxIncarnation, mailboxPosition);
            storedPosition = mailboxPosition;
        }
        ledger.commit();
        mailbox.recordedUpTo(mailboxPosition);
    }

    private final class Host implements CommitLoop.Host<StationCore> {
        @Override
        public StationCore begin() {
            ledger.begin();
            return core;
        }

        @Override
        public void commit() {
            Station.this.commit();
        }

        @Override
        public void carryOut() {
            effects.carryOut();
        }

        @Override
        public void reopen() {
            effects.drop();
            storedPosition = 0;
            presence.forgetReachable(); // the new links have yet to hear of their nodes
            reserve.giveUp();
            ledger.close();
            ledger = Ledger.open(settings.data());
            ledger.begin();
            mailboxPosition = ledger.mailboxPosition(mailboxIncarnation);
            core = newCore();
            if (connected) {
                core.connected(CommitLoop.now());
            }
            Station.this.commit();
        }

        @Override
        public void tick(Now now, List<Committer.Input<StationCore>> batch) {
            Space seen = reserve.look(now.millis());
            space = seen;
            batch.add((station, at) -> station.space(seen));
            trustFile.look(now.millis()).ifPresent(next -> batch.add((station, at) -> station.trust(at, next)));
            batch.add(StationCore::tick);
        }

        @Override
        public boolean isDone() {
            return stopping;
        }

        @Override
        public void close() {
            ledger.begin();
            core.close(CommitLoop.now());
            Station.this.commit();
            effects.carryOut();
            bus.close();
            brokerAccount.ifPresent(BrokerAccount::close);
            reader.close();
            ledger.close();
            lock.close();
        }

        @Override
        public void abandon() {} // all that is not in the ledger is still with its sender
    }

    /** Holds back what must wait for the commit. */
    private final class Effects implements StationSink {
        private record Heard(NodeName node, boolean reachable, Instant at) {}

        private record Reply(CompletableFuture<Answer> to, Answer answer) {}

        private final FrameEncoder encoder = new FrameEncoder();
        private final List<Frame> frames = new ArrayList<>();
        private final List<Reply> answers = new ArrayList<>();
        private final List<Heard> heard = new ArrayList<>();
        private final List<NodeName> frozenOrNot = new ArrayList<>();
        private final List<Trust> trusts = new ArrayList<>();
        private final List<LiveTokens> tokens = new ArrayList<>();
        private final List<Runnable> records = new ArrayList<>();
        private final List<WireMessage> enrolmentAnswers = new ArrayList<>();
        private final Map<VerificationKey, Instant> shutOut = new HashMap<>();
        private final List<LedgerWrite.PutAuditHead> heads = new ArrayList<>();
        private boolean news;

        @Override
        public void write(LedgerWrite write) {
            if (write instanceof LedgerWrite.PutAuditHead head) {
                heads.add(head);
            }
            news |= write instanceof LedgerWrite.PutTransition
                    || write instanceof LedgerWrite.PutExecution
                    || write instanceof LedgerWrite.PutOutput;
            if (write instanceof LedgerWrite.PutFrozen frozen) {
                frozenOrNot.add(frozen.node());
                news = true;
            }
            ledger.apply(write);
        }

        void answer(CompletableFuture<Answer> to, Answer answer) {
            answers.add(new Reply(to, answer));
        }

        @Override
        public void send(Frame frame) {
            frames.add(frame);
        }

        @Override
        public void presence(NodeName node, boolean reachable, Instant lastHeardAt) {
            heard.add(new Heard(node, reachable, lastHeardAt));
        }

        @Override
        public void trust(Trust next) {
            trusts.add(next);
        }

        @Override
        public void apiTokens(LiveTokens next) {
            tokens.add(next);
            news = true; // the streams of one that is revoked end
        }

        @Override
        public void answer(EnrolmentRequest request, EnrolmentAnswer answer) {
            enrolmentAnswers.add(seals.sealed(request, answer));
        }

        @Override
        public void node(NodeRecord record, Optional<NodeRecord> former) {
            records.add(() -> seals.put(record, former));
        }

        @Override
        public void shutOut(VerificationKey login, Instant until) {
            shutOut.merge(login, until, (one, other) -> one.isAfter(other) ? one : other);
        }

        @Override
        public void log(System.Logger.Level level, String text) {
            LOG.log(level, text);
        }

        void carryOut() {
            heads.forEach(auditKey::signed);
            records.forEach(Runnable::run);
            brokerAccount.ifPresent(account -> shutOut.forEach(account::shutOut));
            frames.forEach(frame ->
                    seals.sealed(frame.envelope().to(), encoder.encode(frame)).ifPresent(bus::publish));
            enrolmentAnswers.forEach(message -> bus.publish(message));
            trusts.forEach(next -> trust = next);
            tokens.forEach(next -> apiTokens = next); // before whoever revokes one is told so
            answers.forEach(reply -> reply.to.complete(reply.answer));
            for (Heard one : heard) {
                news |= presence.heard(one.node, one.reachable, one.at);
            }
            frozenOrNot.forEach(presence::changed);
            if (news) {
                feed.publish();
            }
            drop();
        }

        void drop() {
            frames.clear();
            answers.clear();
            heard.clear();
            frozenOrNot.clear();
            trusts.clear();
            tokens.clear();
            records.clear();
            enrolmentAnswers.clear();
            shutOut.clear();
            heads.clear();
            news = false;
        }
    }

    private final class Position implements Mailbox.Position {
        @Override
        public long in(String incarnation) throws InterruptedException {
            var position = new CompletableFuture<Long>();
            loop.put((core, now) -> {
                mailboxIncarnation = incarnation;
                storedPosition = 0;
                mailboxPosition = ledger.mailboxPosition(incarnation);
                position.complete(mailboxPosition);
            });
            try {
                return position.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("nothing completes a position with an error", e);
            }
        }
    }

    private final class FromBus implements BusListener {
        @Override
        public void connected() throws InterruptedException {
            connected = true;
            broker = broker.connected(Instant.now());
            brokerAccount.ifPresent(BrokerAccount::connected);
            loop.put(StationCore::connected);
        }

        @Override
        public void disconnected(String why) throws InterruptedException {
            connected = false;
            broker = broker.disconnected(Instant.now(), why);
            loop.put(StationCore::disconnected);
        }

        @Override
        public void message(WireMessage message, long position) throws InterruptedException {
            if (message.subject().equals(enrolments)) {
                enrolment(message, position);
                return;
            }
            try {
                FrameGuard.Opened opened = guard.open(message);
                Frame frame = FrameCodec.decode(opened.message());
                put((core, now) -> frame(core, now, frame, opened.seal()), frame.heldBytes(), position);
            } catch (ForgedException e) {
                forged(e.kind(), message, position);
            } catch (RefusedException e) {
                Refusal refusal = Refusal.of(message, e.getMessage());
                put(
                        (core, now) -> core.undecodable(now, refusal),
                        refusal.kept().encodedBytes(),
                        position);
            }
        }

        /** Its sender may have been shut out while it waited. */
        private void frame(StationCore core, Now now, Frame frame, Seal seal) {
            NodeName from = frame.envelope().from();
            if (!seals.isGood(from, seal)) {
                return;
            }
            if (seals.isNew(from, seal)) {
                core.speaksWithNewest(now, from);
            }
            core.frame(now, frame);
        }

        /** It is signed, not sealed: whoever asks shares no key with the station yet. */
        private void enrolment(WireMessage message, long position) throws InterruptedException {
            try {
                if (message.body().length > Limits.ENROLMENT_BYTES) {
                    throw new RefusedException("%d bytes, more than the limit of %d"
                            .formatted(message.body().length, Limits.ENROLMENT_BYTES));
                }
                SignedDocument signed = SignedDocument.decode(message.body());
                if (signed.read() instanceof EnrolmentRequest request) {
                    put((core, now) -> core.enrolment(now, signed, request), message.encodedBytes(), position);
                    return;
                }
            } catch (RefusedException e) {
                LOG.log(System.Logger.Level.DEBUG, "request for admission: {0}", e.getMessage());
            }
            forged(ForgedException.Kind.BAD_REQUEST, message, position);
        }

        private void forged(ForgedException.Kind kind, WireMessage message, long position) throws InterruptedException {
            Optional<String> text = guard.refused(kind, message);
            put((core, now) -> text.ifPresent(worth -> core.forged(now, worth)), 0, position);
        }

        private void put(Committer.Input<StationCore> input, int bytes, long position) throws InterruptedException {
            loop.put(
                    (core, now) -> {
                        input.apply(core, now);
                        mailboxPosition = position;
                    },
                    bytes);
        }
    }
}
