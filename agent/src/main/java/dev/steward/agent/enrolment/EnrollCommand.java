// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.enrolment;

import dev.steward.bus.BusSettings;
import dev.steward.message.EnrolmentToken;
import dev.steward.message.NodeName;
import dev.steward.message.RefusedException;
import dev.steward.message.Times;
import dev.steward.message.broker.BrokerLogin;
import dev.steward.message.signing.KeyId;
import dev.steward.message.text.Durations;
import dev.steward.message.text.Options;
import dev.steward.message.text.Options.Option;
import dev.steward.message.trust.LocalTrust;
import dev.steward.message.trust.TrustFile;
import dev.steward.message.trust.TrustTemplate;
import dev.steward.store.FileTrouble;
import dev.steward.store.FolderLock;
import dev.steward.store.PrivateFile;
import dev.steward.store.TrustFileWatch;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code steward agent enroll TOKEN}: makes this machine's keys and has them let in. */
public final class EnrollCommand {
    public static final String NAME = "enroll";

    private static final int TOKEN_BYTES = 16 * 1024;
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final Options OPTIONS = new Options(List.of(
            new Option("data", "DIR", "folder of the new node; required"),
            new Option("name", "NAME", "name of the new node (the token's, or else this machine's)"),
            new Option("broker", "URL", "broker to connect to (the token's)"),
            new Option("timeout", "DURATION", "how long to wait for the approval (until the token expires)"),
            new Option("help", "", "print this help")));

    private EnrollCommand() {}

    /**
     * Returns when the node is let in.
     *
     * @param arguments after {@code enroll}
     * @throws RefusedException where something is wrong with them, or the node is not let in
     */
    public static void run(List<String> arguments, Map<String, String> environment, InputStream in, PrintStream out)
            throws RefusedException, InterruptedException {
        boolean given = !arguments.isEmpty() && !arguments.getFirst().startsWith("--");
        var flags = OPTIONS.parse(given ? arguments.subList(1, arguments.size()) : arguments);
        if (flags.containsKey("help")) {
            out.print("steward agent enroll TOKEN --data DIR [options]\n\nTOKEN is what `steward token create` has"
                    + " printed, or - to read it from standard input.\n\n" + OPTIONS.help());
            return;
        }
        if (!given) {
            throw new RefusedException(
                    "TOKEN is missing: what `steward token create` has printed, or - to read it here");
        }
        EnrolmentToken token =
                EnrolmentToken.parse(arguments.getFirst().equals("-") ? wholeOf(in) : arguments.getFirst());
        String folder = flag(flags, "data", Map.of()) // the variable may well name another program's folder
                .orElseThrow(() -> new RefusedException("--data is missing: the folder of the new node"));
        Path data = Path.of(folder).toAbsolutePath();
        try (FolderLock _ = FolderLock.take(data)) {
            NextKeys.settle(data);
            Optional<Enrolment> present = Enrolment.in(data);
            if (present.isPresent() && hasAllOf(token, present.get(), data)) {
                out.printf(
                        "%s is enrolled already, as %s of the station %s (%s); where that was revoked, enrol in an empty folder%n",
                        data,
                        present.get().node(),
                        present.get().station(),
                        present.get().identity());
                return;
            }
            enrol(token, flags, environment, data, out);
        }
    }

    /** Whether there is nothing to ask for: else a node asks once more, with the keys that it has. */
    private static boolean hasAllOf(EnrolmentToken token, Enrolment present, Path data) {
        Optional<KeyId> authority = token.login().map(BrokerLogin::authority);
        boolean canLogIn =
                NodeKeys.in(data).flatMap(keys -> keys.login().token()).isPresent();
        return authority.isEmpty() || (authority.equals(present.brokerAuthority()) && canLogIn);
    }

    private static void enrol(
            EnrolmentToken token,
            Map<String, List<String>> flags,
            Map<String, String> environment,
            Path data,
            PrintStream out)
            throws RefusedException, InterruptedException {
        Instant until = until(token, flags);
        NodeName name = name(token, flag(flags, "name", environment));
        String broker = BusSettings.checkedUrl(
                flag(flags, "broker", environment).orElse(token.broker()),
                token.login().isPresent());
        Path trust = data.resolve(TrustFileWatch.NAME);
        String template = TrustTemplate.text(token.fleet(), token.authority(), token.authorityKey(), token.profile());
        LocalTrust local = Files.exists(trust)
                ? checked(token, trust, new TrustFileWatch(trust).trust())
                : LocalTrust.of(TrustFile.parse(trust.toString(), template));
        NodeKeys keys = NodeKeys.ensure(data, name);
        out.printf("%s: identity %s%n", name, keys.id());
        Admission admission =
                new Enroller(token, name, keys, broker, local, line -> out.printf("%s%n", line)).ask(until);
        if (!Files.exists(trust)) {
            PrivateFile.write(trust, template);
        }
        admission.write(data);
        out.printf("%s is let in; start it with: steward agent --data %s%n", name, data);
    }

    /** A trust file that is there already stays; it must be one by which the token's operator can let this machine in. */
    private static LocalTrust checked(EnrolmentToken token, Path file, LocalTrust trust) throws RefusedException {
        TrustFile present = trust.file()
                .orElseThrow(
                        () -> new RefusedException("the trust file that is there can't be used: " + trust.problem()));
        if (!present.fleet().equals(token.fleet()) || !present.authorities().containsValue(token.authorityKey())) {
            throw new RefusedException(
                    "%s is there already, and the token's operator %s (%s, fleet %s) is no authority of it; remove it, or name him there"
                            .formatted(
                                    file,
                                    token.authority(),
                                    token.authorityKey().id(),
                                    token.fleet()));
        }
        return trust;
    }

    private static Instant until(EnrolmentToken token, Map<String, List<String>> flags) throws RefusedException {
        Instant now = Instant.now();
        if (!now.isBefore(token.expiresAt())) {
            throw new RefusedException("the token expired at %s, and it is %s; `steward token create` makes another"
                    .formatted(Times.text(token.expiresAt()), Times.text(now)));
        }
        return flags.containsKey("timeout")
                ? now.plus(Durations.parse(flags.get("timeout").getLast()))
                : token.expiresAt();
    }

    private static NodeName name(EnrolmentToken token, Optional<String> given) throws RefusedException {
        if (given.isPresent()) {
            return NodeName.parse(given.get());
        }
        if (token.node().isPresent()) {
            return token.node().get();
        }
        try {
            return NodeName.parse(Files.readString(HOST_NAME).strip().split("\\.", 2)[0]);
        } catch (IOException | RefusedException e) {
            throw new RefusedException("this machine's own name is none for a node; give it one with --name");
        }
    }

    private static Optional<String> flag(
            Map<String, List<String>> flags, String name, Map<String, String> environment) {
        return flags.containsKey(name)
                ? Optional.of(flags.get(name).getLast())
                : Options.fromEnvironment(name, environment);
    }

    private static String wholeOf(InputStream in) throws RefusedException {
        try {
            return new String(in.readNBytes(TOKEN_BYTES), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new RefusedException("the token can't be read from standard input: " + FileTrouble.text(e));
        }
    }
}
