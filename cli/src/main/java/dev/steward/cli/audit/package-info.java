// SPDX-License-Identifier: Apache-2.0
/** What the command line makes of an audit log that somebody shows it. */
@NullMarked
package dev.steward.cli.audit;

import org.jspecify.annotations.NullMarked;
