// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

/** A refusal on its way to the client: HTTP status, code and text of the API's one error shape. */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    private ApiException(int status, String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    static ApiException badRequest(String message) {
        return new ApiException(400, "bad-request", message);
    }

    static ApiException unauthorized() {
        return unauthorized("the bearer token is missing or wrong; station.json in the data folder has it");
    }

    static ApiException unauthorized(String message) {
        return new ApiException(401, "unauthorized", message);
    }

    static ApiException forbidden(String message) {
        return new ApiException(403, "forbidden", message);
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

    int status() {
        return status;
    }

    String code() {
        return code;
    }
}
