// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.sim;

import dev.steward.message.WireMessage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** A broker that may lose, repeat, reorder, delay, withhold and replay anything; and the station's mailbox in it. */
final class SimBroker {
    private static final int REMEMBERED = 500;
    private static final int BATCH = 64;

    /** Who is on a connection. */
    interface Listener {
        boolean isUp();

        void connected();

        void disconnected();

        /** @param position in the mailbox; empty for what came by subscription */
        void message(WireMessage message, OptionalLong position);
    }

    /** A connection that a program has with the broker, or has not for the moment. */
    class Client {
        final String name;
        final Listener listener;
        private boolean connected;
        private boolean held;
        private int connection;

        Client(String name, Listener listener) {
            this.name = name;
            this.listener = listener;
        }

        boolean isConnected() {
            return connected;
        }

        void connectSoon() {
            world.after(50 + random.nextInt(500), this::connect);
        }

        /** No connection until {@link #release}. */
        void hold() {
            held = true;
            disconnect();
        }

        void release() {
            held = false;
            connectSoon();
        }

        private void connect() {
            if (!connected && listener.isUp() && !held) {
                if (!up) {
                    connectSoon();
                    return;
                }
                connected = true;
                connection++;
                opened();
            }
        }

        void opened() {
            listener.connected();
        }

        void disconnect() {
            if (connected) {
                connected = false;
                connection++;
                listener.disconnected();
            }
        }

        void publish(WireMessage message) {
            if (connected) {
                SimBroker.this.publish(message);
            }
        }
    }

    /** The station's connection: its messages come from the mailbox. */
    final class Reader extends Client {
        private final Position position;
        private long after;
        private boolean awake;

        Reader(String name, Listener listener, Position position) {
            super(name, listener);
            this.position = position;
        }

        @Override
        void opened() {
            int mine = super.connection;
            position.in(incarnation, stored -> {
                if (mine == super.connection && isConnected()) {
                    after = Math.min(stored, lastSequence);
                    listener.connected();
                    wake();
                }
            });
        }

        private void wake() {
            if (!awake && isConnected()) {
                awake = true;
                int mine = super.connection;
                world.after(1 + random.nextInt(20), () -> {
                    awake = false;
                    if (mine == super.connection && isConnected()) {
                        deliver();
                    } else {
                        wake();
                    }
                });
            }
        }

        private void deliver() {
            List<Map.Entry<Long, WireMessage>> batch = mailbox.tailMap(after, false).entrySet().stream()
                    .limit(BATCH)
                    .toList();
            for (Map.Entry<Long, WireMessage> entry : batch) {
                after = entry.getKey();
                listener.message(entry.getValue(), OptionalLong.of(entry.getKey()));
            }
            if (!mailbox.tailMap(after, false).isEmpty()) {
                wake();
            }
        }

        /** Everything up to this number may go. */
        void recordedUpTo(long sequence) {
            Map<Long, WireMessage> gone = mailbox.headMap(sequence, true);
            gone.values().forEach(message -> mailboxBytes -= message.encodedBytes());
            gone.clear();
        }
    }

    /** Asks the station where it stands in the mailbox. */
    interface Position {
        void in(String incarnation, java.util.function.LongConsumer answer);
    }

    private final World world;
    private final RandomGenerator random;
    private final List<Client> clients = new ArrayList<>();
    private final Map<String, List<WireMessage>> withheld = new LinkedHashMap<>();
    private final List<WireMessage> remembered = new ArrayList<>();
    private TreeMap<Long, WireMessage> mailbox = new TreeMap<>();
    private long mailboxBytes;
    private long mailboxLimit = Long.MAX_VALUE;
    private long lastSequence;
    private String incarnation = "mailbox-1";
    private int incarnations = 1;
    private boolean up = true;
    private long lastRouted;

    SimBroker(World world) {
        this.world = world;
        this.random = world.random();
    }

    Client client(String name, Listener listener) {
        var client = new Client(name, listener);
        clients.add(client);
        return client;
    }

    Reader reader(String name, Listener listener, Position position) {
        var reader = new Reader(name, listener, position);
        clients.add(reader);
        return reader;
    }

    void forget(Client client) {
        client.disconnect();
        clients.remove(client);
    }

    int mailboxSize() {
        return mailbox.size();
    }

    private void publish(WireMessage message) {
        Plan.Network network = world.plan().network();
        if (chance(network.stalePercent())) {
            // A client's reconnect buffer: it left the program long ago and arrives when nobody expects it.
            world.reached(Reached.FRAME_FROM_A_STALE_BUFFER);
            world.after(1_000 + random.nextInt(120_000), () -> route(message, world.ticket()));
            return;
        }
        if (chance(network.lossPercent())) {
            world.reached(Reached.FRAME_LOST);
            return;
        }
        int copies = chance(network.repeatPercent()) ? 2 : 1;
        if (copies > 1) {
            world.reached(Reached.FRAME_REPEATED);
        }
        for (int i = 0; i < copies; i++) {
            long jitter = network.jitterMillis() == 0 ? 0 : random.nextLong(network.jitterMillis());
            if (jitter > 1_000) {
                world.reached(Reached.FRAME_DELAYED);
            }
            long ticket = world.ticket();
            world.after(network.delayMillis() + jitter, () -> route(message, ticket));
        }
    }

    private void route(WireMessage message, long ticket) {
        if (!up) {
            return;
        }
        if (ticket < lastRouted) {
            world.reached(Reached.FRAME_REORDERED);
        }
        lastRouted = Math.max(lastRouted, ticket);
        String to = message.subject().substring(0, message.subject().indexOf('.'));
        List<WireMessage> kept = withheld.get(to);
        if (kept != null) {
            kept.add(message);
            return;
        }
        remember(message);
        hand(to, message);
    }

    private void remember(WireMessage message) {
        if (remembered.size() < REMEMBERED) {
            remembered.add(message);
        } else {
            remembered.set(random.nextInt(REMEMBERED), message);
        }
    }

    private void hand(String to, WireMessage message) {
        boolean mailed = false;
        for (Client client : List.copyOf(clients)) {
            if (!client.name.equals(to)) {
                continue;
            }
            if (client instanceof Reader reader) {
                if (!mailed) {
                    mailed = true;
                    store(message);
                }
                reader.wake();
            } else if (client.connected) {
                client.listener.message(message, OptionalLong.empty());
            }
        }
    }

    private void store(WireMessage message) {
        if (mailboxBytes + message.encodedBytes() > mailboxLimit) {
            world.reached(Reached.MAILBOX_FULL);
            return; // discard new
        }
        mailbox.put(++lastSequence, message);
        mailboxBytes += message.encodedBytes();
    }

    void limitMailbox(long bytes) {
        mailboxLimit = bytes;
    }

    /** The broker comes back with what it had on its disk some time ago: its tail is gone, numbers are used again. */
    void rollMailboxBack() {
        if (lastSequence == 0) {
            return;
        }
        world.reached(Reached.MAILBOX_ROLLED_BACK);
        long to = lastSequence - Math.min(lastSequence, 1 + random.nextInt(20));
        restart();
        mailbox.tailMap(to, false).clear();
        lastSequence = to;
        if (random.nextBoolean()) {
            // What was purged is there again; any of it, for all that a broker promises.
            for (WireMessage message : remembered.subList(0, Math.min(20, remembered.size()))) {
                if (message.subject().startsWith("central.") && to > mailbox.size()) {
                    long free = mailbox.isEmpty() ? to : mailbox.firstKey() - 1;
                    if (free > 0) {
                        mailbox.put(free, message);
                    }
                }
            }
        }
        mailboxBytes =
                mailbox.values().stream().mapToLong(WireMessage::encodedBytes).sum();
    }

    void wipeMailbox() {
        world.reached(Reached.MAILBOX_WIPED);
        restart();
        mailbox = new TreeMap<>();
        mailboxBytes = 0;
        lastSequence = 0;
        incarnation = "mailbox-" + ++incarnations;
    }

    /** Cuts everybody off; they come back by themselves. */
    void restart() {
        for (Client client : List.copyOf(clients)) {
            if (client.isConnected()) {
                client.disconnect();
                client.connectSoon();
            }
        }
    }

    void goDown(long forMillis) {
        world.reached(Reached.BROKER_DOWN);
        up = false;
        restart();
        world.after(forMillis, () -> up = true);
    }

    void withhold(String to, long forMillis) {
        if (withheld.putIfAbsent(to, new ArrayList<>()) == null) {
            world.reached(Reached.FRAMES_WITHHELD);
            world.after(forMillis, () -> release(to));
        }
    }

    private void release(String to) {
        List<WireMessage> kept = withheld.remove(to);
        if (kept != null) {
            kept.forEach(message -> hand(to, message));
        }
    }

    void replay() {
        for (int i = 0; i < 5 && !remembered.isEmpty(); i++) {
            WireMessage message = remembered.get(random.nextInt(remembered.size()));
            world.reached(Reached.FRAME_REPLAYED);
            String to = message.subject().substring(0, message.subject().indexOf('.'));
            long when = random.nextInt(2_000);
            world.after(when, () -> hand(to, message));
            world.after(when, () -> world.attacker().tampered(message).ifPresent(forged -> hand(to, forged)));
        }
    }

    /** Something that anybody may publish. */
    void garbage(String to) {
        world.reached(Reached.GARBAGE);
        byte[] body = new byte[random.nextInt(200)];
        random.nextBytes(body);
        hand(to, new WireMessage(to + ".command.hello.steward", Map.of("v", "1"), body));
    }

    void heal() {
        List.copyOf(withheld.keySet()).forEach(this::release);
        mailboxLimit = Long.MAX_VALUE;
        up = true;
        for (Client client : List.copyOf(clients)) {
            client.held = false;
            client.connectSoon();
        }
    }

    private boolean chance(int percent) {
        return percent > 0 && random.nextInt(100) < percent;
    }
}
