// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.cli.doctor;

import org.jspecify.annotations.NullMarked;
