// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.operator;

import dev.steward.cli.api.HeldInfo;
import dev.steward.cli.api.OperatorsInfo;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.FleetId;
import dev.steward.message.OperatorList;
import dev.steward.message.OperatorList.Operator;
import dev.steward.message.RefusedException;
import dev.steward.message.text.SafeText;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Takes the fleet's newest list of operators from the station, changes it, signs the next one and hands it in. */
public record ListChange(
        StationClient client,
        OperatorFolder folder,
        Identity self,
        Ids ids,
        InstantSource clock,
        Optional<String> accepted,
        Consumer<String> say) {
    private static final int ATTEMPTS = 5;
    private static final long PAUSE_MS = 100;

    /** What becomes of a list; asked again where somebody else was faster. */
    public interface Change {
        /** @return empty where nothing is to be changed */
        Optional<List<Operator>> of(List<Operator> operators, OperatorsInfo shown) throws Failure;
    }

    /**
     * A list that has been handed in.
     *
     * @param held where it waits for further authorities; the list from before is in force then
     */
    public record Offered(OperatorList list, Optional<HeldInfo> held) {}

    /** What has been handed in; empty where nothing was to be changed. */
    public Optional<Offered> apply(Change change) throws Failure, InterruptedException {
        KnownList ours = KnownList.NONE;
        for (int attempt = 1; ; attempt++) {
            OperatorsInfo shown = client.operators();
            KnownList now = checked(shown);
            if (ours.list().isPresent() && now.isSameAs(ours)) {
                return Optional.of(
                        new Offered(ours.list().orElseThrow(), Optional.empty())); // only the answer was lost
            }
            Optional<List<Operator>> operators = change.of(now.operators(), shown);
            if (operators.isEmpty()) {
                return Optional.empty();
            }
            ours = signed(now, operators.get());
            try {
                Optional<HeldInfo> held = client.offerOperators(ours.signed().orElseThrow());
                if (held.isEmpty()) {
                    folder.keep(ours);
                }
                return Optional.of(new Offered(ours.list().orElseThrow(), held));
            } catch (Failure e) {
                if (!e.isConflict() || attempt == ATTEMPTS) {
                    throw e;
                }
                Thread.sleep(PAUSE_MS * attempt);
            }
        }
    }

    private KnownList signed(KnownList now, List<Operator> operators) throws Failure {
        OperatorList next = now.next(
                self, operators, ids.next(clock.instant()), clock.instant().truncatedTo(ChronoUnit.MILLIS));
        return new KnownList(Optional.of(self.sign(next)), Optional.of(next));
    }

    private KnownList checked(OperatorsInfo shown) throws Failure, InterruptedException {
        FleetId fleet = shown.fleet()
                .orElseThrow(() -> Failure.usage("the station at %s takes no list of operators: %s"
                        .formatted(client.url(), SafeText.line(shown.problem().orElse("it has no trust file")))));
        if (!fleet.equals(self.fleet())) {
            throw Failure.usage("the station at %s is of the fleet %s, but this operator's fleet is %s"
                    .formatted(client.url(), fleet, self.fleet()));
        }
        KnownList known = folder.known();
        KnownList now = listOf(shown);
        if (now.number() < known.number()) {
            giveBack(known, now.number());
            return known;
        }
        known.checkSuccessor(now, self, accepted);
        if (now.number() > known.number()) {
            folder.keep(now);
        }
        return now;
    }

    /** Its ledger is an older copy, or it hides what was changed since; a signed list can be handed in by anybody. */
    private void giveBack(KnownList known, long number) throws Failure, InterruptedException {
        try {
            client.offerOperators(known.signed().orElseThrow());
        } catch (Failure e) {
            throw e.with(
                    "the station has list %d of operators, but list %d was seen here; it did not take that one back"
                            .formatted(number, known.number()));
        }
        say.accept("the station had list %d of operators only; it was given back list %d, which was seen here"
                .formatted(number, known.number()));
    }

    private static KnownList listOf(OperatorsInfo shown) throws Failure {
        try {
            KnownList list = KnownList.of(shown.list());
            if (list.number() != shown.number()) {
                throw new RefusedException("the list's number is %d, not %d".formatted(list.number(), shown.number()));
            }
            return list;
        } catch (RefusedException e) {
            throw Failure.unreachable("the station's list of operators can't be understood: " + e.getMessage());
        }
    }
}
