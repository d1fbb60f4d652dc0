// SPDX-License-Identifier: Apache-2.0
package dev.steward.cli.terminal;

/** Why a command ends early: a text for the operator that says what to do, and the exit code. */
public final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    /** What a caller may want to tell apart that has the same exit code. */
    private enum Kind {
        ANY,
        NOT_FOUND,
        CONFLICT
    }

    private final int exitCode;
    private final Kind kind;

    private Failure(int exitCode, String message) {
        this(exitCode, message, Kind.ANY);
    }

    private Failure(int exitCode, String message, Kind kind) {
        super(message, null, false, false);
        this.exitCode = exitCode;
        this.kind = kind;
    }

    public static Failure usage(String message) {
        return new Failure(ExitCode.USAGE, message);
    }

    /** The station does not know what was named. */
    public static Failure notFound(String message) {
        return new Failure(ExitCode.USAGE, message, Kind.NOT_FOUND);
    }

    /** What the station holds does not go with it, since somebody else has changed it. */
    public static Failure conflict(String message) {
        return new Failure(ExitCode.USAGE, message, Kind.CONFLICT);
    }

    /** Token, key or signature: missing, or refused on one side or the other. */
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
        return new Failure(exitCode, text() + "\n  " + line, kind);
    }

    public int exitCode() {
        return exitCode;
    }

    public boolean isNotFound() {
        return kind == Kind.NOT_FOUND;
    }

    public boolean isConflict() {
        return kind == Kind.CONFLICT;
    }

    public String text() {
        return String.valueOf(getMessage());
    }

    /** Whether the station could not be reached, so that trying again may help. */
    public boolean isUnreachable() {
        return exitCode == ExitCode.UNREACHABLE;
    }
}
