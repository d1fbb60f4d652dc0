// SPDX-License-Identifier: Apache-2.0
package dev.steward.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.steward.message.link.Now;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The four steps over a real database, whose rows are all that the core here knows. */
class CommitterTest {
    private static final Now NOW = new Now(0, Instant.EPOCH);

    private final Path folder;
    private final List<String> carriedOut = new ArrayList<>();
    private final Host host;
    private final Committer<Host> committer;

    CommitterTest(@TempDir Path folder) {
        this.folder = folder;
        this.host = new Host();
        this.committer = new Committer<>(host);
    }

    private final class Host implements Committer.Host<Host> {
        private Database database = open();
        private final List<String> effects = new ArrayList<>();
        private boolean failsAtTheEnd;
        private int failingCommits;

        private Database open() {
            return Database.open(folder.resolve("test.db"), List.of("CREATE TABLE word (text TEXT PRIMARY KEY);\n"));
        }

        void put(String word) {
            database.execute("INSERT INTO word (text) VALUES (?)", word);
            effects.add(word);
        }

        @Override
        public Host begin() {
            database.begin();
            return this;
        }

        @Override
        public void commit() {
            if (failsAtTheEnd) {
                failsAtTheEnd = false;
                throw new IllegalStateException("a defect that shows at the end of a batch");
            }
            if (failingCommits > 0) {
                failingCommits--;
                throw new StoreException("no space left", null);
            }
            database.commit();
        }

        @Override
        public void carryOut() {
            carriedOut.addAll(effects);
            effects.clear();
        }

        @Override
        public void reopen() {
            effects.clear();
            database.close();
            database = open();
        }
    }

    private static Committer.Input<Host> word(String text) {
        return (core, now) -> core.put(text);
    }

    private static Committer.Input<Host> defect() {
        return (core, now) -> {
            core.put("half done");
            throw new IllegalStateException("a defect");
        };
    }

    private static Committer.Input<Host> defectAtTheEnd() {
        return (core, now) -> core.failsAtTheEnd = true;
    }

    private boolean step(List<Committer.Input<Host>> batch) {
        return committer.step(batch, () -> NOW);
    }

    private List<String> rows() {
        return host.database.query("SELECT text FROM word ORDER BY text", row -> row.getString(1));
    }

    @BeforeEach
    void quiet() {
        Logger.getLogger(Committer.class.getName()).setLevel(Level.OFF);
    }

    @AfterEach
    void close() {
        host.database.close();
        Logger.getLogger(Committer.class.getName()).setLevel(null);
    }

    @Test
    void aBatchIsCarriedOutWhenItIsDurable() {
        assertThat(step(new ArrayList<>(List.of(word("a"), word("b"))))).isTrue();

        assertThat(rows()).containsExactly("a", "b");
        assertThat(carriedOut).containsExactly("a", "b");
    }

    @Test
    void aBatchWhoseCommitFailsIsCarriedOutOnceItHasGoneThrough() {
        var batch = new ArrayList<>(List.of(word("a")));
        host.failingCommits = 2;
        assertThat(step(batch)).isFalse();
        assertThat(step(batch)).isFalse();
        assertThat(carriedOut).isEmpty();
        assertThat(committer.failure()).contains("no space left");

        assertThat(step(batch)).isTrue();
        assertThat(committer.failure()).isEmpty();
        assertThat(rows()).containsExactly("a");
        assertThat(carriedOut).containsExactly("a");
    }

    @Test
    void anInputThatThrowsIsTakenBackAndTheOthersOfItsBatchGoThrough() {
        assertThat(step(new ArrayList<>(List.of(word("a"), defect(), word("b")))))
                .isTrue();

        assertThat(rows()).containsExactly("a", "b");
        assertThat(carriedOut).containsExactly("a", "b");
    }

    @Test
    void anInputThatMakesTheEndOfItsBatchThrowIsFoundAndDropped() {
        assertThat(step(new ArrayList<>(List.of(word("a"), defectAtTheEnd(), word("b")))))
                .isTrue();

        assertThat(rows()).containsExactly("a", "b");
        assertThat(carriedOut).containsExactly("a", "b");
    }
}
