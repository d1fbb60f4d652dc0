// SPDX-License-Identifier: Apache-2.0
/** What a broker needs to let in those, and only those, whom the station lets in: keys, certificates, configuration. */
@NullMarked
package dev.steward.cli.broker;

import org.jspecify.annotations.NullMarked;
