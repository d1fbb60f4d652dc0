// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import java.time.Duration;

/** A refusal on its way to the client: HTTP status, code and text of the API's one error shape. */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final long retryAfterSeconds;

    private ApiException(int status, String code, String message) {
        this(status, code, message, 0);
    }

    private ApiException(int status, String code, String message, long retryAfterSeconds) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    static ApiException badRequest(String message) {
        return new ApiException(400, "bad-request", message);
    }

    static ApiException unauthorized() {
        return unauthorized(
                "the bearer token is missing, wrong or revoked; station.json in the data folder has one, `steward api-token create` makes others");
    }

    static ApiException unauthorized(String message) {
        return new ApiException(401, "unauthorized", message);
    }

    static ApiException forbidden(String message) {
        return new ApiException(403, "forbidden", message);
    }

    static ApiException notFresh(Duration life) {
        return new ApiException(
                403,
                "not-fresh",
                "this session may order for %d minutes after its link was used; `steward page` prints another link"
                        .formatted(life.toMinutes()));
    }

    static ApiException tooManyFailures(Duration left) {
        long seconds = Math.max(1, left.plusMillis(999).toSeconds());
        return new ApiException(
                429,
                "too-many-failures",
                "too many wrong tokens came from this address; the next is looked at in %d s".formatted(seconds),
                seconds);
    }

    static ApiException tooManyLinks(Duration life) {
        return new ApiException(
                429,
                "too-many-links",
                "so many links to the page were made with this token that are still good; each lasts %d minutes"
                        .formatted(life.toMinutes()),
                life.toSeconds());
    }

    static ApiException notFound(String message) {
        return new ApiException(404, "not-found", message);
    }

    static ApiException unknownNode(String message) {
        return new ApiException(404, "unknown-node", message);
    }

    static ApiException ambiguous(String message) {
        return new ApiException(400, "ambiguous", message);
    }

    static ApiException conflict(String message) {
        return new ApiException(409, "conflict", message);
    }

    static ApiException tooLarge(String message) {
        return new ApiException(413, "too-large", message);
    }

    static ApiException methodNotAllowed(String message) {
        return new ApiException(405, "method-not-allowed", message);
    }

    static ApiException internal() {
        return new ApiException(500, "internal", "the station failed; its log says why");
    }

    /** A refusal of the server beneath us, which knows only a status. */
    static ApiException ofStatus(int status, String message) {
        String code = switch (status) {
            case 413, 414, 431 -> "too-large";
            case 503 -> "unavailable";
            default -> status < 500 ? "bad-request" : "internal";
        };
        return new ApiException(status, code, message);
    }

    static ApiException noSpace(String message) {
        return new ApiException(507, "no-space", message);
    }

    static ApiException unavailable(String message) {
        return new ApiException(503, "unavailable", message);
    }

    /** When a further attempt makes sense; 0 where nothing is said of that. */
    long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }
}
