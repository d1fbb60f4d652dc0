// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.terminal;

/** Why a command ends early: a text for the operator that says what to do, and the exit code. */
public final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final boolean notFound;

    private Failure(int exitCode, String message) {
        this(exitCode, message, false);
    }

    private Failure(int exitCode, String message, boolean notFound) {
        super(message, null, false, false);
        this.exitCode = exitCode;
        this.notFound = notFound;
    }

    public static Failure usage(String message) {
        return new Failure(ExitCode.USAGE, message);
    }

    /** The station does not know what was named. */
    public static Failure notFound(String message) {
        return new Failure(ExitCode.USAGE, message, true);
    }

    public static Failure credential(String message) {
        return new Failure(ExitCode.CREDENTIAL, message);
    }

    public static Failure unreachable(String message) {
        return new Failure(ExitCode.UNREACHABLE, message);
    }

    /** How it ends is not known and won't be. */
    public static Failure incomplete(String message) {
        return new Failure(ExitCode.INCOMPLETE, message);
    }

    /** Something on this machine did not work. */
    public static Failure failed(String message) {
        return new Failure(ExitCode.SOME_FAILED, message);
    }

    /** The same with a line that says more. */
    public Failure with(String line) {
        return new Failure(exitCode, text() + "\n  " + line, notFound);
    }

    public int exitCode() {
        return exitCode;
    }

    public boolean isNotFound() {
        return notFound;
    }

    public String text() {
        return String.valueOf(getMessage());
    }

    /** Whether the station could not be reached, so that trying again may help. */
    public boolean isUnreachable() {
        return exitCode == ExitCode.UNREACHABLE;
    }
}
