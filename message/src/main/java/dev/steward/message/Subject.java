// SPDX-License-Identifier: Apache-2.0
package dev.steward.message;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where a message goes: {@code <nodename>.<command|event|ack>.<method>.<domain>}, exactly four tokens. The node named
 * is the one that receives.
 */
public record Subject(NodeName node, Kind kind, String method, String domain) {
    /** What a message is: an order, something that happened, or what a receiver says about a message. */
    public enum Kind {
        COMMAND,
        EVENT,
        ACK;

        private final String token = name().toLowerCase(Locale.ROOT);
    }

    private static final Pattern TOKEN =
            Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0," + (Limits.TOKEN_CHARS - 1) + "}");

    /** @throws IllegalArgumentException where method or domain is not a token; use {@link #parse} for input. */
    public Subject {
        if (!isToken(method) || !isToken(domain)) {
            throw new IllegalArgumentException("not a method and domain: " + method + "." + domain);
        }
    }

    /** A node says hello to its station, and the station to a node. */
    public static Subject hello(NodeName to) {
        return new Subject(to, Kind.EVENT, "hello", "steward");
    }

    /** The frames of a link that carry no message: recorded, window, resend request. */
    public static Subject linkControl(NodeName to) {
        return new Subject(to, Kind.ACK, "link", "control");
    }

    /** Cancel a command. */
    public static Subject cancel(NodeName to) {
        return new Subject(to, Kind.COMMAND, "cancel", "steward");
    }

    /** The list of operators that nodes are to obey. */
    public static Subject operators(NodeName to) {
        return new Subject(to, Kind.COMMAND, "operators", "steward");
    }

    /** An authority has signed other keys of this node. */
    public static Subject otherKeys(NodeName to) {
        return new Subject(to, Kind.COMMAND, "record", "steward");
    }

    /** The station asks what became of commands that the node has recorded. */
    public static Subject inquiry(NodeName to) {
        return new Subject(to, Kind.COMMAND, "inquiry", "steward");
    }

    /** Errors of a node, told to its station. */
    public static Subject errorLog(NodeName to) {
        return new Subject(to, Kind.EVENT, "errorlog", "steward");
    }

    /** A machine asks its station to become a node. */
    public static Subject enrolment(NodeName station) {
        return new Subject(station, Kind.EVENT, "enroll", "steward");
    }

    /** What the station says to that. */
    public static Subject enrolmentAnswer(NodeName to) {
        return new Subject(to, Kind.ACK, "enroll", "steward");
    }

    public static Subject command(NodeName to, String method, String domain) {
        return new Subject(to, Kind.COMMAND, method, domain);
    }

    public static Subject ack(NodeName to, String method, String domain) {
        return new Subject(to, Kind.ACK, method, domain);
    }

    public static Subject parse(String text) throws RefusedException {
        String[] tokens = text.split("\\.", -1);
        if (tokens.length != 4) {
            throw new RefusedException("subject '%s' must have four tokens, node.kind.method.domain".formatted(text));
        }
        Kind kind = switch (tokens[1]) {
            case "command" -> Kind.COMMAND;
            case "event" -> Kind.EVENT;
            case "ack" -> Kind.ACK;
            default ->
                throw new RefusedException("subject '%s': second token must be command, event or ack".formatted(text));
        };
        return new Subject(NodeName.parse(tokens[0]), kind, token("method", tokens[2]), token("domain", tokens[3]));
    }

    /** Checks a method or domain that comes from outside. */
    public static String token(String what, String value) throws RefusedException {
        if (!isToken(value)) {
            throw new RefusedException("'%s' is not a %s: 1 to %d letters, digits, '-' or '_'"
                    .formatted(value.length() > 80 ? value.substring(0, 80) + "…" : value, what, Limits.TOKEN_CHARS));
        }
        return value;
    }

    private static boolean isToken(String value) {
        return TOKEN.matcher(value).matches();
    }

    @Override
    public String toString() {
        return node + "." + kind.token + "." + method + "." + domain;
    }
}
