// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.cli.audit;

import org.jspecify.annotations.NullMarked;
