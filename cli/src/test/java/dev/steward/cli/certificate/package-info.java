// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.steward.cli.certificate;

import org.jspecify.annotations.NullMarked;
