// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import dev.steward.message.Limits;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Subject;
import dev.steward.message.link.Lane;
import dev.steward.message.link.LinkStore;
import dev.steward.message.link.LinkWrite;
import dev.steward.message.link.MessageId;
import dev.steward.message.link.OutboxEntry;
import dev.steward.message.link.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Outbox and known ids of links, in the tables that {@link #SCHEMA} makes. Shares its database's one thread. */
public final class SqliteLinkStore implements LinkStore {
    public static final String SCHEMA = """
            CREATE TABLE outbox (
              position INTEGER PRIMARY KEY, peer TEXT NOT NULL, lane TEXT NOT NULL, id TEXT NOT NULL,
              subject TEXT NOT NULL, body BLOB NOT NULL, sent INTEGER NOT NULL);
            CREATE INDEX outbox_lane ON outbox (peer, lane, position);
            CREATE TABLE seen (
              peer TEXT NOT NULL, session TEXT NOT NULL, lane TEXT NOT NULL, counter INTEGER NOT NULL,
              PRIMARY KEY (peer, session, lane));
            """;

    /** The second migration of every database with {@link #SCHEMA}: messages are looked up by id too. */
    public static final String BY_ID = "CREATE INDEX outbox_id ON outbox (id, peer, lane);\n";

    private static final int ROWS_AT_ONCE = 256;

    private final Database database;

    public SqliteLinkStore(Database database) {
        this.database = database;
    }

    /** Carries out a write in the open transaction. */
    public void apply(LinkWrite write) {
        switch (write) {
            case LinkWrite.PutOutbox(OutboxEntry entry) ->
                database.execute(
                        "INSERT INTO outbox (position, peer, lane, id, subject, body, sent) VALUES (?,?,?,?,?,?,?)",
                        entry.position(),
                        entry.peer().value(),
                        entry.lane().token(),
                        entry.id().toString(),
                        entry.subject().toString(),
                        entry.body(),
                        entry.sent());
            case LinkWrite.ReplaceOutbox(NodeName peer, Lane lane, MessageId id, Subject subject, byte[] body) ->
                database.execute(
                        "UPDATE outbox SET subject = ?, body = ? WHERE peer = ? AND lane = ? AND id = ?",
                        subject.toString(),
                        body,
                        peer.value(),
                        lane.token(),
                        id.toString());
            case LinkWrite.MarkSent(List<Long> positions) ->
                positions.forEach(
                        position -> database.execute("UPDATE outbox SET sent = 1 WHERE position = ?", position));
            case LinkWrite.DeleteOutbox(long position) ->
                database.execute("DELETE FROM outbox WHERE position = ?", position);
            case LinkWrite.ForgetOutbox(NodeName peer, Lane lane, MessageId id) ->
                database.execute(
                        "DELETE FROM outbox WHERE peer = ? AND lane = ? AND id = ?",
                        peer.value(),
                        lane.token(),
                        id.toString());
            case LinkWrite.ForgetSubject(NodeName peer, Lane lane, Subject subject) ->
                database.execute(
                        "DELETE FROM outbox WHERE peer = ? AND lane = ? AND subject = ?",
                        peer.value(),
                        lane.token(),
                        subject.toString());
            case LinkWrite.PutSeen(NodeName peer, Session session, Lane lane, long counter) -> {
                int updated = database.execute(
                        "UPDATE seen SET counter = ? WHERE peer = ? AND session = ? AND lane = ?",
                        counter,
                        peer.value(),
                        session.value(),
                        lane.token());
                if (updated == 0) {
                    putNewSeen(peer, session, lane, counter);
                }
            }
        }
    }

    private void putNewSeen(NodeName peer, Session session, Lane lane, long counter) {
        database.execute(
                "INSERT INTO seen (peer, session, lane, counter) VALUES (?,?,?,?)",
                peer.value(),
                session.value(),
                lane.token(),
                counter);
        // A peer that starts over and over must not fill the table; its oldest sessions have long been told apart.
        database.execute("""
                DELETE FROM seen WHERE peer = ?1 AND rowid <= (
                  SELECT rowid FROM seen WHERE peer = ?1 ORDER BY rowid DESC LIMIT 1 OFFSET ?2)
                """, peer.value(), Limits.SEEN_SESSIONS * Lane.values().length);
    }

    @Override
    public List<OutboxEntry> outboxAfter(NodeName peer, Lane lane, long position, int maxBytes) {
        var entries = new ArrayList<OutboxEntry>();
        long bytes = 0;
        for (OutboxEntry entry :
                database.query("""
                SELECT position, id, subject, body, sent FROM outbox
                WHERE peer = ? AND lane = ? AND position > ? ORDER BY position LIMIT ?
                """, row -> read(row, peer, lane), peer.value(), lane.token(), position, ROWS_AT_ONCE)) {
            bytes += entry.encodedBytes();
            if (!entries.isEmpty() && bytes > maxBytes) {
                break;
            }
            entries.add(entry);
        }
        return entries;
    }

    /** What was never sent of the messages with these ids, and so may be withdrawn. */
    public List<OutboxEntry> unsent(NodeName peer, Lane lane, String id) {
        return database.query(
                "SELECT position, id, subject, body, sent FROM outbox WHERE peer = ? AND lane = ? AND id = ? AND sent = 0",
                row -> read(row, peer, lane),
                peer.value(),
                lane.token(),
                id);
    }

    public boolean isInOutbox(NodeName peer, Lane lane, String id) {
        return database.first(
                        "SELECT 1 FROM outbox WHERE peer = ? AND lane = ? AND id = ?",
                        row -> true,
                        peer.value(),
                        lane.token(),
                        id)
                .isPresent();
    }

    /** Bytes of bodies that wait on a lane to all peers. */
    public long outboxBytes(Lane lane) {
        return database.first(
                        "SELECT coalesce(sum(length(body)), 0) FROM outbox WHERE lane = ?",
                        row -> row.getLong(1),
                        lane.token())
                .orElse(0L);
    }

    /** How many messages on a subject wait, for whatever peer. */
    public long waiting(Subject subject) {
        return database.first(
                        "SELECT count(*) FROM outbox WHERE subject = ?", row -> row.getLong(1), subject.toString())
                .orElse(0L);
    }

    /** The highest position ever used that is still there; new entries go behind it. */
    public long lastPosition() {
        return database.first("SELECT coalesce(max(position), 0) FROM outbox", row -> row.getLong(1))
                .orElse(0L);
    }

    @Override
    public Map<SeenKey, Long> seen(NodeName peer) {
        var seen = new HashMap<SeenKey, Long>();
        database.query(
                        "SELECT session, lane, counter FROM seen WHERE peer = ?",
                        row -> Map.entry(
                                new SeenKey(new Session(row.getString(1)), lane(row.getString(2))), row.getLong(3)),
                        peer.value())
                .forEach(entry -> seen.put(entry.getKey(), entry.getValue()));
        return seen;
    }

    private static OutboxEntry read(ResultSet row, NodeName peer, Lane lane) throws SQLException {
        try {
            return new OutboxEntry(
                    row.getLong(1),
                    peer,
                    lane,
                    MessageId.parse(row.getString(2)),
                    Subject.parse(row.getString(3)),
                    row.getBytes(4),
                    row.getBoolean(5));
        } catch (RefusedException e) {
            throw new StoreException("outbox row %d: %s".formatted(row.getLong(1), e.getMessage()), e);
        }
    }

    private static Lane lane(String token) {
        try {
            return Lane.parse(token);
        } catch (RefusedException e) {
            throw new StoreException("in the table 'seen': " + e.getMessage(), e);
        }
    }
}
