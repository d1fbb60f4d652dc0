// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.broker;

import dev.steward.cli.certificate.CertificateFolder;
import dev.steward.cli.certificate.Certificates;
import dev.steward.message.broker.BrokerKeys;
import java.nio.file.Path;

/** What a {@code nats-server} is told. */
public final class ServerConfiguration {
    private ServerConfiguration() {}

    /**
     * Who gets in, and how: the part that all servers of a cluster share.
     *
     * @param folder where the server finds its certificate, and keeps what the station tells it
     */
    public static String security(BrokerKeys keys, Path folder) {
        var files = new CertificateFolder(folder, Certificates.BROKER);
        return """
                tls {
                  cert_file: %s
                  key_file: %s
                  # Nothing is said before the connection is encrypted.
                  handshake_first: true
                  min_version: "1.3"
                  # Seconds; a slow link needs some.
                  timeout: 10
                }
                operator: "%s"
                system_account: "%s"
                # Where the server keeps whom the station has shut out.
                resolver { type: full, dir: %s, allow_delete: false, interval: "2m" }
                resolver_preload {
                  %s: "%s"
                  %s: "%s"
                  %s: "%s"
                }
                """.formatted(
                        quoted(files.serverCertificate()),
                        quoted(files.serverKey()),
                        keys.operatorToken(),
                        keys.systemAccountId(),
                        quoted(folder.resolve("accounts")),
                        keys.systemAccountId(),
                        keys.systemAccountToken(),
                        keys.accountId(),
                        keys.accountToken(),
                        keys.mailId(),
                        keys.mailToken());
    }

    /** Of one server: where it listens, and its limits. */
    public record Server(String name, String host, int port, Path store, String maxFileStore) {
        /**
         * The part of the configuration.
         *
         * @param buffers with room for a flood into the mailbox, which servers from 2.11 on drop without it, and with
         *     their strict reading of requests: what a flooded one answers must not count as one
         */
        public String text(boolean buffers) {
            String more = buffers ? "  max_buffered_msgs: 200000\n  max_buffered_size: 512MB\n  strict: true\n" : "";
            return """
                    server_name: %s
                    host: %s
                    port: %d
                    max_payload: 1MB
                    max_control_line: 4KB
                    max_pending: 64MB
                    write_deadline: "10s"
                    jetstream {
                      # The server makes a folder jetstream in it.
                      store_dir: %s
                      max_memory_store: 0
                      max_file_store: %s
                    %s}
                    """.formatted(quoted(name), quoted(host), port, quoted(store), maxFileStore, more);
        }
    }

    static String quoted(Object text) {
        return "\"" + text.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
