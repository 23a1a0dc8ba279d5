package dev.switchboard.server;

import dev.switchboard.server.http.AllowedOrigins;
import dev.switchboard.server.http.PathPattern;
import dev.switchboard.server.http.PathRoutes;
import dev.switchboard.server.http.Router;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a server answers, by path: an endpoint, or routes for plain HTTP. Refuses a path that is
 * taken. Not thread-safe.
 */
final class Paths {
  private final Map<PathPattern, EndpointPath> sockets = new LinkedHashMap<>();
  private final Map<String, PathRoutes> routes = new LinkedHashMap<>();

  /** Returns a copy, for a server that starts. */
  Paths copy() {
    Paths copy = new Paths();
    copy.sockets.putAll(sockets);
    copy.routes.putAll(routes);
    return copy;
  }

  Map<PathPattern, EndpointPath> sockets() {
    return Collections.unmodifiableMap(sockets);
  }

  Map<String, PathRoutes> routes() {
    return Collections.unmodifiableMap(routes);
  }

  /** Adds an endpoint. */
  void add(String path, EndpointPath socket) {
    PathPattern pattern = PathPattern.of(path);
    requireNoRoutes(path);
    requireNoSocket(path);
    sockets.put(pattern, socket);
  }

  /** Adds a route for GET and HEAD; the path may have one for POST. */
  void get(String path, Router.Route route) {
    PathRoutes there = at(path);
    require(there.get() == null, path);
    routes.put(path, new PathRoutes(route, there.post(), there.origins()));
  }

  /** Adds a route for POST; the path may have one for GET. */
  void post(String path, Router.Route route, AllowedOrigins origins) {
    PathRoutes there = at(path);
    require(there.post() == null, path);
    routes.put(path, new PathRoutes(there.get(), route, origins));
  }

  private PathRoutes at(String path) {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path: " + path + " (expected: starting with /)");
    }
    requireNoSocket(path);
    return routes.getOrDefault(path, PathRoutes.NONE);
  }

  private void requireNoRoutes(String path) {
    require(!routes.containsKey(path), path);
  }

  private void requireNoSocket(String path) {
    require(sockets.keySet().stream().noneMatch(one -> one.toString().equals(path)), path);
  }

  private static void require(boolean free, String path) {
    if (!free) {
      throw new IllegalArgumentException(
          "path: " + path + " is taken (expected: one endpoint or route for each)");
    }
  }
}
