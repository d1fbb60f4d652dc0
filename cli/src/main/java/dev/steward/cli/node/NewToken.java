// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.node;

import dev.steward.cli.api.EnrolmentClient;
import dev.steward.cli.operator.Identity;
import dev.steward.cli.terminal.Failure;
import dev.steward.message.CommandId;
import dev.steward.message.EnrolmentToken;
import dev.steward.message.NodeName;
import dev.steward.message.broker.Credentials;
import dev.steward.message.signing.Ed25519;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * A token to be made. Its secret stays here; the station learns the public half.
 *
 * @param broker where the new machine finds it; empty where it is there as the station has it
 * @param profile what the new node lets operators do
 */
public record NewToken(
        CommandId id, Optional<NodeName> node, Instant expiresAt, Optional<String> broker, String profile) {
    public EnrolmentToken make(EnrolmentClient station, Identity self) throws Failure, InterruptedException {
        Ed25519 secret = Ed25519.generate();
        var login = new Credentials(Optional.empty(), Ed25519.generate());
        EnrolmentClient.StationEnd end =
                station.register(id, secret.key(), login.key().key(), node, expiresAt);
        String scheme = end.brokerAuthority().isPresent() ? "tls://" : "nats://";
        if (broker.filter(urls -> !Arrays.stream(urls.split(",", -1)).allMatch(url -> url.startsWith(scheme)))
                .isPresent()) {
            station.revoke(id);
            throw Failure.usage("--broker: the station's broker is spoken to %s TLS; write %sHOST:PORT"
                    .formatted(end.brokerAuthority().isPresent() ? "with" : "without", scheme));
        }
        return new EnrolmentToken(
                id,
                self.fleet(),
                secret,
                end.station(),
                end.linkKey(),
                broker.orElse(end.broker()),
                end.login(login),
                self.name(),
                self.signer().key(),
                profile,
                node,
                expiresAt);
    }
}
