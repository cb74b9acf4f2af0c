/** Which methods each address takes, so that a wrong method is told from a wrong address. */
export interface AllowedMethods {
  add(method: string, routeUrl: string): void;
  /** The methods that the path takes; empty when there is nothing at it. */
  at(path: string): readonly string[];
}

export function allowedMethods(): AllowedMethods {
  const methodsByRoute = new Map<string, Set<string>>();
  return {
    add(method, routeUrl) {
      const methods = methodsByRoute.get(routeUrl) ?? new Set();
      methodsByRoute.set(routeUrl, methods.add(method));
    },
    at(path) {
      const methods = [...methodsByRoute]
        .filter(([routeUrl]) => isAt(routeUrl, path))
        .flatMap(([, taken]) => [...taken]);
      return [...new Set(methods)].toSorted();
    },
  };
}

/** Whether a path is one of the addresses of `/v1/plans/:id`. */
function isAt(routeUrl: string, path: string): boolean {
  const wanted = routeUrl.split("/");
  const given = path.split("/");
  if (wanted.at(-1) === "*") given.length = Math.min(given.length, wanted.length);
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => part === "*" || part.startsWith(":") || part === given[index])
  );
}
