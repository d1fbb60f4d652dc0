// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Certificates that the JDK's own tool makes: of an authority of the folder, as PEM. */
final class Keytool {
    private static final String PASSWORD = "password";
    private final Path store;

    Keytool(Path folder) throws Exception {
        Files.createDirectories(folder);
        this.store = folder.resolve("keys.p12");
        run("-alias", "ca", "-dname", "CN=ca", "-keyalg", "EC", "-ext", "bc:c");
    }

    /** Writes NAME.pem and NAME.key beside the store. */
    Path server(String name, String hosts, String... more) throws Exception {
        var words = new ArrayList<String>(List.of("-alias", name, "-dname", "CN=" + name, "-signer", "ca"));
        words.addAll(List.of("-ext", "san=" + hosts));
        words.addAll(List.of(more));
        if (!words.contains("-keyalg")) {
            words.addAll(List.of("-keyalg", "EC"));
        }
        run(words.toArray(String[]::new));
        KeyStore keys = keys();
        Files.writeString(
                store.resolveSibling(name + ".key"),
                pem("PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded()));
        var chain = new StringBuilder();
        for (var each : keys.getCertificateChain(name)) {
            chain.append(pem("CERTIFICATE", each.getEncoded()));
        }
        Path file = store.resolveSibling(name + ".pem");
        Files.writeString(file, chain);
        return file;
    }

    Path key(String name) {
        return store.resolveSibling(name + ".key");
    }

    /** What a client takes that believes the authority alone. */
    KeyStore authority() throws GeneralSecurityException, IOException {
        KeyStore only = KeyStore.getInstance("PKCS12");
        only.load(null, null);
        only.setCertificateEntry("ca", keys().getCertificate("ca"));
        return only;
    }

    private KeyStore keys() throws GeneralSecurityException, IOException {
        return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    }

    private static String pem(String what, byte[] bytes) {
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
                .formatted(
                        what,
                        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                .encodeToString(bytes),
                        what);
    }

    private void run(String... words) throws IOException, InterruptedException {
        var command = new ArrayList<String>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-keystore"));
        command.addAll(List.of(store.toString(), "-storepass", PASSWORD));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("keytool: " + said);
        }
    }
}
