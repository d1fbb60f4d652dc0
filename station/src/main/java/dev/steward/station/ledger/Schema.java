// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.ledger;

import dev.steward.store.SqliteLinkStore;
import java.util.List;

/** The tables of the ledger; each element is a migration, applied once. */
final class Schema {
    static final List<String> MIGRATIONS = List.of(
            SqliteLinkStore.SCHEMA + """
            CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
            CREATE TABLE node (
              name TEXT PRIMARY KEY, first_seen_at TEXT NOT NULL, last_heard_at TEXT,
              facts_digest TEXT NOT NULL DEFAULT '', facts TEXT);
            CREATE TABLE command (
              id TEXT PRIMARY KEY, method TEXT NOT NULL, domain TEXT NOT NULL, arguments TEXT NOT NULL,
              issuer TEXT NOT NULL, ordered_at TEXT NOT NULL, start_before TEXT NOT NULL, timeout_ms INTEGER,
              repeatable INTEGER NOT NULL, parts INTEGER NOT NULL, total INTEGER NOT NULL,
              unfinished INTEGER NOT NULL, unsuccessful INTEGER NOT NULL);
            CREATE TABLE document (
              command TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (command, part));
            CREATE TABLE execution (
              command TEXT NOT NULL, node TEXT NOT NULL, part INTEGER NOT NULL, message_id TEXT NOT NULL,
              ordered_at TEXT NOT NULL, start_before TEXT NOT NULL, state TEXT NOT NULL, provisional INTEGER NOT NULL,
              attempt INTEGER NOT NULL, started_at TEXT, exit_code INTEGER, reason TEXT, finished_at TEXT,
              duration_ms INTEGER, stdout_bytes INTEGER, stderr_bytes INTEGER, kept_bytes INTEGER,
              stored_bytes INTEGER NOT NULL, PRIMARY KEY (command, node)) WITHOUT ROWID;
            CREATE INDEX execution_open ON execution (node, command) WHERE state IN ('received', 'running');
            CREATE INDEX execution_queued ON execution (start_before) WHERE state = 'queued';
            CREATE TABLE transition (
              seq INTEGER PRIMARY KEY, command TEXT NOT NULL, node TEXT NOT NULL, state TEXT NOT NULL,
              provisional INTEGER NOT NULL, attempt INTEGER NOT NULL, exit_code INTEGER, reason TEXT,
              said_by TEXT NOT NULL, observed_at TEXT NOT NULL, received_at TEXT NOT NULL);
            CREATE INDEX transition_command ON transition (command, seq);
            CREATE TABLE output (
              seq INTEGER PRIMARY KEY, command TEXT NOT NULL, node TEXT NOT NULL, attempt INTEGER NOT NULL,
              stream TEXT NOT NULL, offset INTEGER NOT NULL, bytes BLOB NOT NULL);
            CREATE UNIQUE INDEX output_place ON output (command, node, attempt, stream, offset);
            CREATE INDEX output_command ON output (command, seq);
            CREATE TABLE event (
              position INTEGER PRIMARY KEY, node TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL,
              at TEXT NOT NULL, received_at TEXT NOT NULL);
            CREATE TABLE quarantine (
              position INTEGER PRIMARY KEY, at TEXT NOT NULL, reason TEXT NOT NULL, subject TEXT NOT NULL,
              headers TEXT NOT NULL, body BLOB NOT NULL);
            """,
            SqliteLinkStore.BY_ID,
            """
            CREATE TABLE cancel (id TEXT PRIMARY KEY, bytes BLOB NOT NULL);
            CREATE TABLE cancel_target (
              command TEXT NOT NULL, node TEXT NOT NULL, cancel TEXT NOT NULL, message_id TEXT NOT NULL,
              PRIMARY KEY (command, node)) WITHOUT ROWID;
            """,
            """
            CREATE TABLE era (position INTEGER PRIMARY KEY, name TEXT NOT NULL, first_seq INTEGER NOT NULL);
            """,
            """
            CREATE INDEX execution_message ON execution (message_id);
            """,
            """
            CREATE TABLE operators (position INTEGER PRIMARY KEY, number INTEGER NOT NULL, signed BLOB NOT NULL);
            -- from before documents were signed
            DELETE FROM cancel_target;
            DELETE FROM cancel;
            ALTER TABLE command ADD COLUMN issuer_key TEXT NOT NULL DEFAULT '';
            ALTER TABLE command ADD COLUMN dry_run INTEGER NOT NULL DEFAULT 0;
            """,
            """
            CREATE TABLE token (
              id TEXT PRIMARY KEY, key TEXT NOT NULL, node TEXT, created_at TEXT NOT NULL, expires_at TEXT NOT NULL,
              used_by TEXT);
            CREATE TABLE enrolment (
              key TEXT PRIMARY KEY, node TEXT NOT NULL, signed BLOB NOT NULL, requested_at TEXT NOT NULL);
            CREATE TABLE node_record (
              key TEXT PRIMARY KEY, node TEXT NOT NULL, revoked INTEGER NOT NULL, signed BLOB NOT NULL);
            CREATE INDEX node_record_node ON node_record (node);
            """,
            """
            -- from before machines had a key for the broker: they ask again
            DELETE FROM enrolment;
            ALTER TABLE token ADD COLUMN login TEXT;
            CREATE TABLE shut_out (login TEXT PRIMARY KEY, until TEXT NOT NULL);
            """,
            """
            -- from before documents named machines by their keys
            DELETE FROM cancel_target;
            DELETE FROM cancel;
            """,
            """
            ALTER TABLE node ADD COLUMN frozen_at TEXT;
            """,
            """
            ALTER TABLE node_record ADD COLUMN former BLOB;
            """,
            """
            CREATE TABLE audit (number INTEGER PRIMARY KEY, entry BLOB NOT NULL, hash TEXT NOT NULL, head BLOB);
            CREATE INDEX audit_head ON audit (number) WHERE head IS NOT NULL;
            """,
            """
            ALTER TABLE command ADD COLUMN signers TEXT;
            ALTER TABLE command ADD COLUMN needed INTEGER;
            DROP INDEX execution_queued;
            CREATE INDEX execution_waiting ON execution (start_before) WHERE state IN ('queued', 'held');
            CREATE INDEX execution_held ON execution (command) WHERE state = 'held';
            """,
            """
            CREATE TABLE api_token (
              id TEXT PRIMARY KEY, name TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, role TEXT NOT NULL, targets TEXT,
              methods TEXT, created_at TEXT NOT NULL, created_by TEXT NOT NULL, expires_at TEXT NOT NULL,
              revoked_at TEXT);
            CREATE UNIQUE INDEX api_token_name ON api_token (name) WHERE revoked_at IS NULL;
            """,
            """
            ALTER TABLE node ADD COLUMN audit_number INTEGER;
            ALTER TABLE node ADD COLUMN audit_hash TEXT;
            ALTER TABLE node ADD COLUMN audit_at TEXT;
            """,
            """
            CREATE TABLE held_document (
              id TEXT PRIMARY KEY, signed BLOB NOT NULL, signers TEXT NOT NULL, needed INTEGER NOT NULL,
              held_at TEXT NOT NULL, ends_at TEXT NOT NULL);
            """);

    private Schema() {}
}
