// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.doctor;

import java.util.List;

/** How the station's API is spoken to from here. */
record ApiAddressCheck(String url) implements Check {
    @Override
    public List<Finding> findings() {
        return Address.isOverheard(url, "http")
                ? List.of(
                        Finding.of(
                                Weakness.API_WITHOUT_TLS,
                                "the station's API is spoken to without TLS: whoever is on the way reads the token and all answers",
                                url,
                                "serve it over TLS (`steward up --http ADDRESS:PORT`, `steward station --http-certificate`), or go through a tunnel (`ssh -L 8470:127.0.0.1:8470 STATION`)"))
                : List.of();
    }
}
