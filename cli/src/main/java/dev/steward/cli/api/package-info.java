// SPDX-License-Identifier: Apache-2.0
/** The station as the command line sees it: its HTTP API and its stream of events. */
@NullMarked
package dev.steward.cli.api;

import org.jspecify.annotations.NullMarked;
