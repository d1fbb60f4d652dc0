// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.api.EnrolmentClient;
import dev.steward.cli.api.StationClient;
import dev.steward.cli.held.HeldDocuments;
import dev.steward.cli.node.Approval;
import dev.steward.cli.node.Handed;
import dev.steward.cli.node.Handover;
import dev.steward.cli.node.KnownNodes;
import dev.steward.cli.node.NodeRevocation;
import dev.steward.cli.node.TargetKeys;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.operator.OperatorFolder;
import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.signing.KeyId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;

/** What it takes to say of a key whose it is. */
final class NodeOptions {
    @Mixin
    private OperatorOptions operator = new OperatorOptions();

    @Mixin
    private StationOptions station = new StationOptions();

    EnrolmentClient client(Surroundings surroundings) throws Failure {
        return station.client(surroundings).enrolment();
    }

    StationClient station(Surroundings surroundings) throws Failure {
        return station.client(surroundings);
    }

    /** Which machines are meant by names. */
    TargetKeys targetKeys(StationClient client, Approval approval, Surroundings surroundings) {
        return operator.targetKeys(surroundings, station, client, approval.self());
    }

    /** Says where a record waits for further authorities; then nothing has come of it yet. */
    boolean saysHeld(Surroundings surroundings, Handed handed) {
        handed.held()
                .ifPresent(held -> surroundings
                        .err()
                        .println("%s: %s"
                                .formatted(
                                        handed.node(),
                                        HeldDocuments.waiting(held, stationLine("approve", held.id())))));
        return handed.held().isPresent();
    }

    /** A line that reaches the same station. */
    String stationLine(String subcommand, String... words) {
        return station.line(subcommand, words);
    }

    Approval approval(EnrolmentClient client, Surroundings surroundings, Ids ids) throws Failure {
        OperatorFolder folder = operator.folder(surroundings, station);
        Identity self = folder.identity(surroundings);
        return new Approval(client, new KnownNodes(folder, self), self, ids, surroundings.clock());
    }

    NodeRevocation revocation(EnrolmentClient client, Surroundings surroundings, Ids ids) throws Failure {
        OperatorFolder folder = operator.folder(surroundings, station);
        Identity self = folder.identity(surroundings);
        return new NodeRevocation(client, new KnownNodes(folder, self), self, ids, surroundings.clock());
    }

    Handover handover(EnrolmentClient client, Surroundings surroundings) throws Failure {
        OperatorFolder folder = operator.folder(surroundings, station);
        Identity self = folder.identity(surroundings);
        return new Handover(client, new KnownNodes(folder, self), self);
    }

    /** A line that reaches the same station as the same operator. */
    String line(String subcommand, String... words) {
        return operator.line(station, subcommand, words);
    }

    static NodeName name(String text) throws Failure {
        try {
            return NodeName.parse(text);
        } catch (RefusedException e) {
            throw Failure.usage(e.getMessage());
        }
    }

    static Optional<KeyId> fingerprint(@Nullable String text) throws Failure {
        try {
            return text == null ? Optional.empty() : Optional.of(KeyId.parse(text));
        } catch (RefusedException e) {
            throw Failure.usage("--fingerprint: " + e.getMessage());
        }
    }
}
