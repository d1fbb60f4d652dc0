// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.result;

import dev.steward.cli.api.CommandInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Progress;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.ExecutionState;
import dev.steward.message.json.JsonObject;
import dev.steward.message.text.SafeText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Waits for commands to be over, with a line of progress. */
public final class Waiting {
    private static final Duration FIRST_POLL = Duration.ofMillis(100);
    private static final Duration LONGEST_POLL = Duration.ofSeconds(2);
    private static final int PAGE = 500;

    private final StationClient client;
    private final Surroundings surroundings;
    private final Progress progress;

    public Waiting(StationClient client, Surroundings surroundings, Progress progress) {
        this.client = client;
        this.surroundings = surroundings;
        this.progress = progress;
    }

    /** Waits for one command by its stream. */
    public void untilOver(CommandInfo command, Deadline deadline) throws Failure, InterruptedException {
        var listener = new ProgressListener(command.total());
        var follower = new Follower(client, command.id(), listener);
        listener.counts = follower.counts();
        try {
            follower.untilOver(deadline);
        } finally {
            progress.clear();
        }
    }

    /** Waits for many by asking for the newest commands again and again: a stream for each would be too many. */
    public void untilAllOver(List<CommandInfo> commands, Deadline deadline) throws Failure, InterruptedException {
        Map<String, CommandInfo> latest = new LinkedHashMap<>();
        commands.forEach(command -> latest.put(command.id(), command));
        Duration pause = FIRST_POLL;
        boolean reachable = true;
        try {
            while (!latest.values().stream().allMatch(CommandInfo::isOver) && !deadline.hasPassed()) {
                Thread.sleep(deadline.atMost(pause));
                pause = pause.multipliedBy(2).compareTo(LONGEST_POLL) < 0 ? pause.multipliedBy(2) : LONGEST_POLL;
                try {
                    refresh(latest);
                    reachable = true;
                } catch (Failure e) {
                    if (!e.isUnreachable()) {
                        throw e;
                    }
                    if (reachable) {
                        tellBroken(e.text());
                    }
                    reachable = false;
                }
                progress.show(text(latest));
            }
        } finally {
            progress.clear();
        }
    }

    /** Ids are sorted by time, so that the pages down to the oldest open command hold all that can have changed. */
    private void refresh(Map<String, CommandInfo> latest) throws Failure {
        String oldest = latest.values().stream()
                .filter(command -> !command.isOver())
                .map(CommandInfo::id)
                .min(String::compareTo)
                .orElse("");
        Set<String> gone = latest.values().stream()
                .filter(command -> !command.isOver())
                .map(CommandInfo::id)
                .collect(Collectors.toCollection(TreeSet::new));
        Optional<String> before = Optional.empty();
        List<CommandInfo> page = new ArrayList<>();
        do {
            page = client.commands(PAGE, before);
            for (CommandInfo command : page) {
                latest.computeIfPresent(command.id(), (id, known) -> command);
                gone.remove(command.id());
            }
            before = page.isEmpty() ? before : Optional.of(page.getLast().id());
        } while (!page.isEmpty() && page.getLast().id().compareTo(oldest) > 0);
        if (!gone.isEmpty()) {
            throw Follower.gone(String.join(" ", gone));
        }
    }

    private static String text(Map<String, CommandInfo> latest) {
        long over = latest.values().stream().filter(CommandInfo::isOver).count();
        return "%d/%d commands over".formatted(over, latest.size());
    }

    private void tellBroken(String reason) {
        progress.clear();
        surroundings.err().println("connection to the station lost (%s); trying again".formatted(reason));
    }

    private final class ProgressListener implements Follower.Listener {
        private final long total;
        private StateCounts counts = new StateCounts();

        ProgressListener(long total) {
            this.total = total;
        }

        @Override
        public void transition(JsonObject data, ExecutionState state) {
            progress.show(counts.text(total));
        }

        @Override
        public void quiet() {
            progress.refresh();
        }

        @Override
        public void broken(String reason) {
            tellBroken(reason);
        }

        @Override
        public void restored() {
            progress.clear();
            surroundings.err().println("connected again");
        }

        @Override
        public void reset(String reason) {
            progress.clear();
            surroundings.err().println("waiting anew: " + SafeText.line(reason));
        }
    }
}
