// SPDX-License-Identifier: Apache-2.0
package dev.steward.e2e.bench;

import dev.steward.e2e.LinkProxy;
import dev.steward.e2e.bench.Site.Broker;
import dev.steward.message.NodeName;
import java.nio.file.Path;

/** One of the two installations that are compared, with one agent. */
final class Side implements AutoCloseable {
    static final NodeName NODE = new NodeName("ship1");

    final Broker broker;
    final Site site;
    final LiveStream stream;
    final LinkProxy proxy;

    private Side(Broker broker, Site site) throws Exception {
        this.broker = broker;
        this.site = site;
        this.stream = site.stream();
        this.proxy = new LinkProxy(site.installation.brokerPort());
    }

    static Side start(Path parent, Broker broker) throws Exception {
        Site site = Site.start(parent, broker);
        try {
            return new Side(broker, site);
        } catch (Exception | Error e) {
            site.close();
            throw e;
        }
    }

    /** Starts the agent, as it speaks to its broker by itself. */
    void startAgent() throws Exception {
        site.startAgent(NODE.value());
        site.installation.awaitReachable(NODE.value(), true);
    }

    /** Stops the agent and starts it anew, behind the proxy; returns the nanoseconds until the station has its hello. */
    long restartAgentBehindProxy() throws Exception {
        site.installation.stop(NODE.value());
        stream.awaitReachable(NODE, false);
        long start = System.nanoTime();
        site.startAgent(NODE.value(), "--broker", site.installation.brokerUrl(proxy.port()));
        return stream.awaitReachable(NODE, true) - start;
    }

    Site.Timing echo() throws Exception {
        return site.echo(stream, NODE);
    }

    Process agent() {
        return site.installation.process(NODE.value());
    }

    @Override
    public void close() throws Exception {
        try (site;
                proxy) {
            stream.close();
        }
    }
}
