// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import java.time.Duration;

/** Every limit of what may cross an edge of steward or wait inside it, in one place. Sizes are bytes unless said. */
public final class Limits {
    /** The one version of frames and documents that this build writes and reads. */
    public static final int FORMAT = 1;

    /** A frame with its headers. NATS closes a connection at 1 MiB; this leaves room for a MAC and growth. */
    public static final int FRAME_BYTES = 512 * 1024;

    /** A document: a command, a cancel, a list of operators. */
    public static final int DOCUMENT_BYTES = 256 * 1024;

    /** Of one document. */
    public static final int SIGNATURES = 16;

    /** A document with its signatures. */
    public static final int SIGNED_DOCUMENT_BYTES = DOCUMENT_BYTES + 4 * 1024;

    /** Operators on one list, the revoked ones included. */
    public static final int OPERATORS = 1_000;

    public static final int OPERATOR_NAME_CHARS = 63;

    /** A node's trust file. */
    public static final int TRUST_FILE_BYTES = 256 * 1024;

    /** Texts, lists and maps of a trust file: while it is read each takes some 200 bytes of an agent's memory. */
    public static final int TRUST_FILE_NODES = 40_000;

    public static final int TRUST_RULES = 1_000;

    /** Keys whose lists of operators hold at one node. */
    public static final int TRUST_AUTHORITIES = 100;

    /** Names, words, variables and directories of all rules of a trust file, whatever stands for them in the file. */
    public static final int TRUST_WORDS = 20_000;

    /** Parts of a pattern for a word of a command: RE2/J needs stack for each, and an agent has little. */
    public static final int PATTERN_PARTS = 250;

    /** How often a pattern may repeat something by a number. */
    public static final int PATTERN_COUNT = 64;

    /** Parts of all patterns of a trust file: each takes up to 140 bytes of an agent's memory. */
    public static final int TRUST_PATTERN_PARTS = 20_000;

    /** A word that may fit a pattern; a longer one never does. */
    public static final int PATTERN_WORD_CHARS = 4_096;

    /** Parts × characters of all patterns that are tried for one request: what they may cost the loop that judges it. */
    public static final int PATTERN_STEPS = 3_000_000;

    /** Nesting of any JSON or YAML that comes from outside. */
    public static final int JSON_DEPTH = 32;

    /** Nodes that one document may name; an order for more nodes is several documents under one id. */
    public static final int TARGETS_PER_DOCUMENT = 100;

    /** Parts (documents) of one order: 100 × 500 = 50,000 nodes. */
    public static final int PARTS_PER_COMMAND = 500;

    /** Documents in one call of the API. */
    public static final int DOCUMENTS_PER_ORDER = 10_000;

    /** The body of one HTTP request. */
    public static final int REQUEST_BYTES = 32 * 1024 * 1024;

    /** Connections to a station's API at a time, half of which may be streams; further ones wait until one ends. */
    public static final int API_CONNECTIONS = 1_000;

    /** A station's generation: seconds since 1970, and one for each start that comes too early. Higher ones are forged. */
    public static final long GENERATION = 1L << 53;

    /** The highest that a station goes above when a node says that it obeys it: starts must be left below the limit. */
    public static final long GENERATION_HEARD = 1L << 52;

    public static final int NODE_NAME_CHARS = 63;
    public static final int TOKEN_CHARS = 63;

    /** Nodes that one station keeps. */
    public static final int NODES = 50_000;

    /** Tokens that a station keeps. */
    public static final int TOKENS = 1_000;

    /** API tokens that are good at one station. */
    public static final int API_TOKENS = 1_000;

    /** API tokens that are good no more, and still known; older ones make room. */
    public static final int API_TOKENS_ENDED = 1_000;

    public static final int API_TOKEN_NAME_CHARS = 63;

    public static final Duration API_TOKEN_LIFE = Duration.ofDays(400);

    /** Patterns for targets, and methods, that one API token names. */
    public static final int API_TOKEN_PATTERNS = 100;

    /** Wrong tokens and the like from one address within a minute; further ones are answered 429. */
    public static final int FAILED_LOGINS = 10;

    /** Addresses whose failed logins are counted; the one that began first makes room. */
    public static final int FAILED_LOGIN_ADDRESSES = 1_000;

    /** Records of keys that have or had one name, as the station shows them and a command line looks at. */
    public static final int RECORDS_OF_A_NAME = 100;

    /** The request of a machine to become a node; some 700 bytes is what one has. */
    public static final int ENROLMENT_BYTES = 4 * 1024;

    /** The facts that a machine tells of itself, as JSON, before its operator adds labels. */
    public static final int FACTS_BYTES = 64 * 1024;

    /** A reason or error text inside a message, in characters; longer ones are cut. */
    public static final int REASON_CHARS = 2_000;

    /** Unrecorded bytes in flight on one lane, at most; less on a slow link. The broker cuts a slow consumer off at 64 MiB. */
    public static final int WINDOW_BYTES = 256 * 1024;

    /** Bytes that a lane holds in memory ahead of its window; the rest waits in the outbox. */
    public static final int LANE_MEMORY_BYTES = 512 * 1024;

    /** Commands that wait at a node, not yet started. */
    public static final int INBOX_COMMANDS = 20_000;

    /** Processes of a node: whoever orders chooses the domain, and each process runs beside the others. */
    public static final int PROCESSES = 64;

    /** Bytes of documents that wait at a node; above it the node grants its station no window. */
    public static final long INBOX_BYTES = 64L * 1024 * 1024;

    /** Bytes of streamed output that wait in a node's outbox; above it output is cut, and the cut counted. */
    public static final long BULK_OUTBOX_BYTES = 64L * 1024 * 1024;

    /** Of each output stream of an execution: what is passed on as it comes … */
    public static final int OUTPUT_HEAD_BYTES = 256 * 1024;

    /** … and what is kept of its end. Between the two the bytes are counted, not kept. */
    public static final int OUTPUT_TAIL_BYTES = 64 * 1024;

    /** A piece of streamed output in one message: on a link of 64 kbit/s an outcome may have to wait a second for it. */
    public static final int OUTPUT_CHUNK_BYTES = 8 * 1024;

    /** Output up to this size travels inside the outcome itself. */
    public static final int OUTPUT_INLINE_BYTES = 16 * 1024;

    /** Starts of a repeatable command that keeps being interrupted. */
    public static final int ATTEMPTS = 3;

    public static final Duration MAX_TIMEOUT = Duration.ofDays(365);

    /** Store sessions of a peer whose highest counter is remembered for telling duplicates. */
    public static final int SEEN_SESSIONS = 256;

    /** Undecodable frames kept for inspection; older ones make room. */
    public static final int QUARANTINE_ROWS = 1_000;

    /** Of the body of each; the rest is cut, and the cut said. */
    public static final int QUARANTINE_BODY_BYTES = 4 * 1024;

    /** Headers of each, and characters of each of their names and values. */
    public static final int QUARANTINE_HEADERS = 16;

    public static final int QUARANTINE_HEADER_CHARS = 128;

    /** Commands that wait for more signatures; further ones are refused until some of these are signed, canceled or expired. */
    public static final int HELD_COMMANDS = 1_000;

    /** Lists of operators and records of nodes that wait for more signatures; further ones are refused until some of these are gone. */
    public static final int HELD_DOCUMENTS = 100;

    /** How long such a document waits; then it is dropped. */
    public static final Duration HELD_DOCUMENT_LIFE = Duration.ofDays(7);

    /** Of the text of an entry of the audit log; the rest is cut. */
    public static final int AUDIT_TEXT_CHARS = 500;

    /** An entry of the audit log, as it is kept. */
    public static final int AUDIT_ENTRY_BYTES = 8 * 1024;

    /** Addresses and callers whose refusals are counted each by itself, in an hour; all others are counted together. */
    public static final int AUDIT_REFUSED = 100;

    /** Entries that a node keeps of its own audit log; of older ones their number and hash are left. */
    public static final int NODE_AUDIT_ENTRIES = 20_000;

    /** Refusals that a node enters into its log one by one in an hour; further ones are counted. */
    public static final int NODE_AUDIT_REFUSED = 20;

    /** Of its log that a node puts out for one command, and at most an entry more. */
    public static final int NODE_AUDIT_OUTPUT_BYTES = 768 * 1024;

    /** Error events that wait in a node's outbox; further ones are counted, and the count told with the next. */
    public static final int ERRORS_WAITING = 1_000;

    /** Kept in a file of the data folder, and given up where the store fails: ends can then still be recorded. */
    public static final int DISK_RESERVE_BYTES = 8 * 1024 * 1024;

    /** With less free than this nothing is begun … */
    public static final long DISK_LOW_BYTES = 8L * 1024 * 1024;

    /** … until there is this much, so that the border is not crossed over and over. */
    public static final long DISK_ENOUGH_BYTES = 12L * 1024 * 1024;

    /** What a start needs: the driver's native library, room to write the log back, and the first commits. */
    public static final long DISK_START_BYTES = 6L * 1024 * 1024;

    /** A store's write-ahead log is cut back to this size after a checkpoint, which comes at about the same size. */
    public static final int STORE_LOG_BYTES = 4 * 1024 * 1024;

    private Limits() {}
}
