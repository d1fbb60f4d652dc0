// SPDX-License-Identifier: Apache-2.0
/** What is weak in an installation: each check looks at real files or asks the station, and says what to do. */
@NullMarked
package dev.steward.cli.doctor;

import org.jspecify.annotations.NullMarked;
