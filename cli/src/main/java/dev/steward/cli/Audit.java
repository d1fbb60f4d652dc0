// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

import dev.steward.cli.order.Ids;
import dev.steward.cli.terminal.Surroundings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code steward audit}: who has done what at the station. */
@Command(
        name = "audit",
        header = "Lists, verifies and exports who has done what at the station.",
        synopsisHeading = "%nExamples:%n"
                + "  steward audit list --action refused%n"
                + "  steward audit verify%n"
                + "  steward audit export > audit.jsonl%n"
                + "  steward audit verify --node ship1%n"
                + "%nUsage: ",
        description = "",
        synopsisSubcommandLabel = "COMMAND")
final class Audit implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    static CommandLine commandLine(Surroundings surroundings, Ids ids) {
        return new CommandLine(new Audit())
                .addSubcommand(new AuditList(surroundings, ids))
                .addSubcommand(new AuditVerify(surroundings, ids))
                .addSubcommand(new AuditExport(surroundings, ids));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: list, verify or export");
    }
}
