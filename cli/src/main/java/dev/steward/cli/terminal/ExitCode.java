// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.terminal;

/** What {@code steward} exits with; scripts rely on these numbers. */
public final class ExitCode {
    /** Everything succeeded, or was handed over with {@code --detach}. */
    public static final int OK = 0;
    /** It was carried out, and some of it did not succeed. */
    public static final int SOME_FAILED = 1;
    /** The command line, a file, or a name in it is wrong; nothing was ordered. */
    public static final int USAGE = 2;
    /** The waiting ended before the executions did. */
    public static final int INCOMPLETE = 3;
    /** A token, key or signature was refused, or there is none. */
    public static final int CREDENTIAL = 4;
    /** The station can't be found, reached or understood. */
    public static final int UNREACHABLE = 5;

    private ExitCode() {}
}
