// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.up;

import dev.steward.cli.certificate.CertificateFolder;
import dev.steward.cli.terminal.Failure;
import dev.steward.cli.terminal.Surroundings;
import dev.steward.message.NodeName;
import dev.steward.message.StopTimes;
import dev.steward.message.text.Durations;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The {@code steward} script that started this program and starts the others. */
record Launcher(Path path, Map<String, String> environment) {

    static Launcher of(Surroundings surroundings) throws Failure {
        String path = surroundings
                .variable("STEWARD_LAUNCHER")
                .orElseThrow(() -> Failure.usage("STEWARD_LAUNCHER is not set; start this with the script ./steward"));
        return new Launcher(Path.of(path), surroundings.environment());
    }

    Child.Plan agent(DataFolder folder, String name, String brokerUrl) {
        Path data = folder.node(name);
        return plan(
                "agent",
                name,
                folder,
                data,
                StopTimes.GRACE,
                List.of(
                        "agent",
                        "--name",
                        name,
                        "--broker",
                        brokerUrl,
                        "--station",
                        NodeName.CENTRAL.value(),
                        "--data",
                        data.toString(),
                        "--heartbeat", // on one machine bytes cost nothing, and a crash should show soon
                        "5s",
                        "--grace", // not what STEWARD_GRACE says: how long a stop may take rests on it
                        Durations.text(StopTimes.GRACE)));
    }

    /** It reads its token from stdin. */
    Enroller.Plan enroller(DataFolder folder, NodeName node) {
        Path data = folder.node(node.value());
        return new Enroller.Plan(
                node,
                List.of(path.toString(), "agent", "enroll", "-", "--data", data.toString(), "--name", node.value()),
                childEnvironment(),
                data,
                new LogFile(folder.log(node.value())),
                folder.record(node.value()));
    }

    /** @param certificate with which the API is served beyond loopback */
    Child.Plan station(DataFolder folder, String http, Optional<CertificateFolder> certificate, String brokerUrl) {
        Path data = folder.station();
        var arguments = new ArrayList<>(List.of(
                "station",
                "--name",
                NodeName.CENTRAL.value(),
                "--broker",
                brokerUrl,
                "--data",
                data.toString(),
                "--http",
                http,
                "--station-file",
                folder.stationFile().toString()));
        certificate.ifPresent(files -> arguments.addAll(List.of(
                "--http-certificate",
                files.serverCertificate().toString(),
                "--http-key",
                files.serverKey().toString())));
        return plan("station", "station", folder, data, Duration.ZERO, arguments);
    }

    private Child.Plan plan(
            String role, String name, DataFolder folder, Path data, Duration grace, List<String> arguments) {
        var byHand = new ArrayList<String>();
        byHand.add(path.toString());
        byHand.addAll(arguments);
        var command = new ArrayList<String>(byHand);
        command.add("--until-stdin-closes");
        return new Child.Plan(
                role,
                name,
                command,
                childEnvironment(),
                byHand,
                true,
                StopTimes.killAfter(grace),
                new LogFile(folder.log(name)),
                data,
                folder.record(name));
    }

    /** What is built now is what runs until the end; and a JVM needs a UTF-8 locale to pass on all characters. */
    private Map<String, String> childEnvironment() {
        var variables = new HashMap<String, String>();
        variables.put("STEWARD_NO_BUILD", "1");
        boolean utf8 = List.of("LC_ALL", "LC_CTYPE", "LANG").stream()
                .map(name -> environment.getOrDefault(name, ""))
                .filter(value -> !value.isEmpty())
                .findFirst()
                .filter(value -> value.toLowerCase(java.util.Locale.ROOT)
                        .replace("-", "")
                        .endsWith("utf8"))
                .isPresent();
        if (!utf8) {
            variables.put("LC_ALL", "C.UTF-8");
        }
        return variables;
    }

    /** As the operator most likely types it. */
    String shortName() {
        if (Path.of("").toAbsolutePath().equals(path.getParent())) {
            return "./" + path.getFileName();
        }
        for (String directory : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path candidate = Path.of(directory, "steward");
            try {
                if (Files.exists(candidate) && Files.isSameFile(candidate, path)) {
                    return "steward";
                }
            } catch (java.io.IOException e) {
                // not that one
            }
        }
        return path.toString();
    }
}
