// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.cli.broker;

import org.jspecify.annotations.NullMarked;
