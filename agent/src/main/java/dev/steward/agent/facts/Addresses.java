// SPDX-License-Identifier: Apache-2.0
package dev.steward.agent.facts;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/** The addresses under which the node may be reached from elsewhere. */
final class Addresses {
    private static final int MAX = 20;

    private Addresses() {}

    /** Sorted; neither loopback nor link-local nor multicast ones. */
    static List<String> list() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(Addresses::isOfUse)
                    .map(Addresses::text)
                    .distinct()
                    .sorted()
                    .limit(MAX)
                    .toList();
        } catch (SocketException e) {
            return List.of();
        }
    }

    private static boolean isOfUse(InetAddress address) {
        return !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !address.isMulticastAddress()
                && !address.isAnyLocalAddress();
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int scope = address instanceof Inet6Address ? text.indexOf('%') : -1;
        return scope < 0 ? text : text.substring(0, scope);
    }
}
