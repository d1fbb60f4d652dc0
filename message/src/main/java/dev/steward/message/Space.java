// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

/**
 * Whether a program's data folder has room for what it will yet have to record.
 *
 * @param low nothing is to be begun whose end has to be recorded
 * @param text what is short, where, and how much is needed; empty where nothing is
 */
public record Space(boolean low, String text) {
    public static final Space ENOUGH = new Space(false, "");
}
