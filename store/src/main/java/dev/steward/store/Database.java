// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import dev.steward.message.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;

/**
 * One connection to a SQLite file, with its prepared statements. Writes are durable at {@link #commit} (WAL,
 * synchronous=FULL). Not thread-safe: one connection a thread.
 */
public final class Database implements AutoCloseable {
    private static final int BUSY_TIMEOUT_MS = 5_000;

    private final Path file;
    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private boolean inTransaction;

    private Database(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /** Reads a row; the cursor stands on it. */
    public interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    /**
     * Opens the file for reading and writing, and brings its schema to the newest version: each element of
     * {@code migrations} is applied once, in order.
     *
     * @throws StoreException where the file can't be used, or was written by a newer version
     */
    public static Database open(Path file, List<String> migrations) {
        try {
            if (!Files.exists(file)) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
        } catch (IOException e) {
            throw new StoreException("cannot create " + file + ": " + e, e);
        }
        Database database = connect(file, false);
        try {
            database.migrate(migrations);
            database.writeBack();
        } catch (StoreException e) {
            database.close();
            throw e;
        }
        return database;
    }

    /** Opens an existing file for reading; sees what was committed when each query begins. */
    public static Database openReadOnly(Path file) {
        return connect(file, true);
    }

    private static Database connect(Path file, boolean readOnly) {
        var config = new SQLiteConfig();
        config.setReadOnly(readOnly);
        config.setBusyTimeout(BUSY_TIMEOUT_MS);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        config.setJournalSizeLimit(Limits.STORE_LOG_BYTES);
        config.setGetGeneratedKeys(false); // nobody asks for them, and the driver would query them after each insert
        if (!readOnly) {
            config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        }
        try {
            return new Database(file, config.createConnection("jdbc:sqlite:" + file));
        } catch (SQLException e) {
            throw new StoreException("cannot open " + file + ": " + e.getMessage(), e);
        }
    }

    private void migrate(List<String> migrations) {
        long version = first("PRAGMA user_version", row -> row.getLong(1)).orElse(0L);
        if (version > migrations.size()) {
            throw new StoreException(
                    "%s has schema version %d, this build knows %d: it was written by a newer steward"
                            .formatted(file, version, migrations.size()),
                    null);
        }
        for (int next = (int) version; next < migrations.size(); next++) {
            begin();
            for (String statement : List.of(migrations.get(next).split(";\\s*\n", -1))) {
                if (statement.contains(";")) { // the driver passes over what follows the first statement
                    throw new IllegalStateException("a line of a migration goes on behind a statement: " + statement);
                }
                if (!statement.isBlank()) {
                    execute(statement);
                }
            }
            execute("PRAGMA user_version = " + (next + 1));
            commit();
        }
    }

    /** Begins a transaction where none is open. */
    public void begin() {
        if (!inTransaction) {
            execute("BEGIN IMMEDIATE");
            inTransaction = true;
        }
    }

    /** Makes the open transaction durable; without one, does nothing. */
    public void commit() {
        if (inTransaction) {
            execute("COMMIT");
            inTransaction = false;
        }
    }

    /**
     * Runs a statement that returns no rows.
     *
     * @param parameters String, Long, Integer, Boolean (as 0 or 1), byte[] or null
     * @return how many rows it changed
     */
    public int execute(String sql, @Nullable Object... parameters) {
        try {
            return prepare(sql, parameters).executeUpdate();
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    public <T> List<T> query(String sql, Row<T> reader, @Nullable Object... parameters) {
        try (ResultSet rows = prepare(sql, parameters).executeQuery()) {
            var result = new ArrayList<T>();
            while (rows.next()) {
                result.add(reader.read(rows));
            }
            return result;
        } catch (SQLException e) {
            throw failed(sql, e);
        }
    }

    /** The first row, if any; it must not be null. */
    public <T> Optional<T> first(String sql, Row<T> reader, @Nullable Object... parameters) {
        List<T> rows = query(sql, reader, parameters);
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst());
    }

    /**
     * Writes all that is committed into the file itself. After a failed fsync the kernel may call pages of the log clean
     * that never reached the disk: what is read back may be in memory alone, until it is written anew.
     *
     * Whether there was such a failure, a process that has just started can't know.
     *
     * @throws StoreException where that does not succeed as yet
     */
    private void writeBack() {
        boolean busy =
                first("PRAGMA wal_checkpoint(FULL)", row -> row.getBoolean(1)).orElse(true);
        if (busy) {
            throw new StoreException("cannot write the log of " + file + " back: somebody still reads it", null);
        }
    }

    public Path file() {
        return file;
    }

    /** Closes without committing. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new StoreException("cannot close " + file + ": " + e.getMessage(), e);
        }
    }

    private PreparedStatement prepare(String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (int i = 0; i < parameters.length; i++) {
            Object value = parameters[i];
            if (value instanceof byte[] bytes) {
                statement.setBytes(i + 1, bytes);
            } else if (value instanceof Boolean bool) {
                statement.setInt(i + 1, bool ? 1 : 0);
            } else {
                statement.setObject(i + 1, value);
            }
        }
        return statement;
    }

    private StoreException failed(String sql, SQLException e) {
        return new StoreException(
                "%s: %s, in: %s"
                        .formatted(file, e.getMessage(), sql.lines().findFirst().orElse("")),
                e);
    }
}
