// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli;

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
                + "%nUsage: ",
        description = "",
        synopsisSubcommandLabel = "COMMAND")
final class Audit implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    static CommandLine commandLine(Surroundings surroundings) {
        return new CommandLine(new Audit())
                .addSubcommand(new AuditList(surroundings))
                .addSubcommand(new AuditVerify(surroundings))
                .addSubcommand(new AuditExport(surroundings));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: list, verify or export");
    }
}
