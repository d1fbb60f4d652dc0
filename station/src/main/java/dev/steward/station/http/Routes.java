// SPDX-License-Identifier: Apache-2.0
package dev.steward.station.http;

import dev.steward.station.core.Role;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import io.javalin.security.Roles;
import io.javalin.security.RouteRole;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The routes of the API: none is served that does not say here which role it takes. */
final class Routes {
    /** The role that a route takes, as the server keeps it. */
    record Needs(Role role, boolean forSessions) implements RouteRole {}

    private final RoutesConfig routes;

    Routes(RoutesConfig routes) {
        this.routes = routes;
    }

    void get(String path, Role role, Handler handler) {
        routes.get(path, handler, new Needs(role, false));
        routes.head(
                path, handler, new Needs(role, false)); // without it Javalin answers HEAD by itself, with other headers
    }

    void post(String path, Role role, Handler handler) {
        routes.post(path, handler, new Needs(role, false));
    }

    /** What the page may do as well, with the role of the token that has made its link: all of it is signed by an operator. */
    void postSigned(String path, Role role, Handler handler) {
        routes.post(path, handler, new Needs(role, true));
    }

    void delete(String path, Role role, Handler handler) {
        routes.delete(path, handler, new Needs(role, false));
    }

    /** What a route has declared, where it has. */
    static Optional<Role> role(Endpoint endpoint) {
        @Nullable Roles declared = endpoint.metadata(Roles.class);
        return declared == null
                ? Optional.empty()
                : declared.getRoles().stream()
                        .map(each -> each instanceof Needs needs ? needs.role : Role.ADMIN)
                        .max(Comparator.naturalOrder());
    }

    /** For every request that has a route, once it is known who asks. The page's own files are nobody's secret. */
    static void check(Context context) {
        if (context.routeRoles().isEmpty() && !context.path().startsWith("/api/")) {
            return;
        }
        Caller caller = Caller.of(context); // by whatever path a route was found: without a caller it is not served
        if (context.routeRoles().isEmpty()) {
            throw ApiException.forbidden("this route takes no role, so that nobody may use it");
        }
        for (RouteRole declared : context.routeRoles()) {
            if (!(declared instanceof Needs needs)) {
                throw ApiException.forbidden("this route takes no role, so that nobody may use it");
            }
            session(context, caller, needs);
            Role role = caller.means() == Caller.Means.SECRET || needs.forSessions ? caller.role() : Role.VIEWER;
            if (!role.includes(needs.role)) {
                throw ApiException.forbidden(
                        "%s has the role %s, and this takes %s".formatted(caller.name(), role, needs.role));
            }
        }
    }

    private static void session(Context context, Caller caller, Needs needs) {
        boolean reads =
                context.method().equals(HandlerType.GET) || context.method().equals(HandlerType.HEAD);
        if (reads || caller.means() == Caller.Means.SECRET) {
            return;
        }
        if (!needs.forSessions) {
            throw ApiException.forbidden(
                    "a session of the page may read, order, cancel and sign; anything else needs a bearer token");
        }
        if (caller.means() != Caller.Means.FRESH_SESSION) {
            throw ApiException.notFresh(Sessions.FRESH_LIFE);
        }
    }
}
