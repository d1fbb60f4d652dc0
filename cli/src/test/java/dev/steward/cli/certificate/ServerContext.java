// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.certificate;

import dev.steward.cli.certificate.Certificates.Certified;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** The JDK's own TLS for a server of tests. */
public final class ServerContext {
    private ServerContext() {}

    /** @param above whose certificates it shows with its own */
    public static SSLContext of(Certified shown, Certified... above) throws Exception {
        var chain = new X509Certificate[1 + above.length];
        chain[0] = shown.certificate();
        for (int i = 0; i < above.length; i++) {
            chain[i + 1] = above[i].certificate();
        }
        char[] password = "x".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", shown.key(), password, chain);
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, password);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }
}
