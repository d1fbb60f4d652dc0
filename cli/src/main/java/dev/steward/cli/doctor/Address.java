// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import java.net.URI;
import java.util.Arrays;

/** Whether what is said to an address can be overheard on its way. */
final class Address {
    private Address() {}

    /** @param urls one, or several with commas */
    static boolean isOverheard(String urls, String plainScheme) {
        return Arrays.stream(urls.split(",", -1))
                .map(String::strip)
                .anyMatch(url -> isPlain(url, plainScheme) && !isLoopback(url));
    }

    private static boolean isPlain(String url, String scheme) {
        return !url.contains("://") || url.startsWith(scheme + "://");
    }

    /** By its name alone: asking the name service would be one more whom to believe. */
    private static boolean isLoopback(String url) {
        try {
            String host =
                    URI.create(url.contains("://") ? url : "none://" + url).getHost();
            return host != null
                    && (host.equals("localhost")
                            || host.equals("[::1]")
                            || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}"));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
