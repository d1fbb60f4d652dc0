// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import static dev.steward.station.core.Role.APPROVER;
import static dev.steward.station.core.Role.VIEWER;

import dev.steward.message.OperatorList;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.signing.SignedDocument;
import dev.steward.station.core.Answer;
import dev.steward.station.core.HeldDocument;
import dev.steward.station.core.HeldId;
import dev.steward.station.ledger.LedgerReader;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The part of the API for lists of operators and records of nodes that wait for signatures. */
final class HeldRoutes {
    private final Orders orders;
    private final LedgerReader ledger;

    HeldRoutes(Orders orders, LedgerReader ledger) {
        this.orders = orders;
        this.ledger = ledger;
    }

    void route(Routes routes) {
        routes.get("/api/v1/held", VIEWER, context -> show(context, ledger.heldDocuments()));
        routes.post("/api/v1/held/{heldId}/signatures", APPROVER, this::sign);
        routes.post("/api/v1/held/{heldId}/turn-down", APPROVER, this::turnDown);
    }

    /** Says what has been handed in and waits. */
    void waits(Context context, List<HeldId> ids) throws InterruptedException {
        context.status(202);
        show(context, kept(ids));
    }

    private void sign(Context context) throws InterruptedException {
        Answer.Accepted answer =
                Api.outcome(() -> orders.signHeld(Caller.of(context).name(), id(context), Api.documents(context, 1)));
        show(context, kept(answer.held()));
    }

    private void turnDown(Context context) throws InterruptedException {
        Api.accepted(() -> orders.turnDown(Caller.of(context).name(), id(context), Api.documents(context, 1)));
        context.status(204);
    }

    /** Somebody may have been faster: what is not there any more has taken effect, or was dropped. */
    private List<HeldDocument> kept(List<HeldId> ids) throws InterruptedException {
        return ledger.heldDocuments().stream()
                .filter(each -> ids.contains(each.id()))
                .toList();
    }

    private static HeldId id(Context context) throws RefusedException {
        return HeldId.parse(context.pathParam("heldId"));
    }

    private static void show(Context context, List<HeldDocument> held) {
        Api.json(context, Map.of("held", held.stream().map(HeldRoutes::view).toList()));
    }

    private static Map<String, Object> view(HeldDocument held) {
        var view = new LinkedHashMap<String, Object>();
        view.put("id", held.id());
        view.put("kind", kind(held));
        view.put("document", new String(held.signed(), StandardCharsets.UTF_8));
        view.put("signers", held.signers());
        view.put("signaturesNeeded", held.needed());
        view.put("heldAt", Times.text(held.heldAt()));
        view.put("endsAt", Times.text(held.endsAt()));
        return view;
    }

    private static String kind(HeldDocument held) {
        try {
            return SignedDocument.decode(held.signed()).read() instanceof OperatorList ? "operators" : "node";
        } catch (RefusedException e) {
            throw new IllegalStateException("a document in the ledger: " + e.getMessage(), e);
        }
    }
}
