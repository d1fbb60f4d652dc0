// SPDX-License-Identifier: Apache-2.0
/** X.509 certificates of brokers and stations, and the files in which they lie. */
@NullMarked
package dev.steward.cli.certificate;

import org.jspecify.annotations.NullMarked;
