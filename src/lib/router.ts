/** Requests to handlers by method and path, in the order of their table. A pattern is made of segments: `literal`, `:name`, `:name?` (only at the
 *  end) and a last `*` (anything below). Slashes at the end do not matter; names are given decoded.
 *  The URL is not parsed and the table is cut by the first segment: at the front door a general router took as long as reading the event. */
export type Routed = Request & { readonly params: Readonly<Record<string, string | undefined>> };

export type Handler<C> = (request: Routed, ctx: C) => Response | Promise<Response>;

type Add<C> = (pattern: string, handler: Handler<C>) => Router<C>;

export type Router<C> = Readonly<Record<"get" | "head" | "post" | "put" | "delete" | "all", Add<C>>> & {
  /** The table as written. */
  readonly routes: readonly (readonly [method: string, pattern: string])[];
  /** The answer of the first fitting handler, or null. */
  readonly fetch: (request: Request, ctx: C) => Promise<Response | null>;
};

type Route<C> = { readonly method: string; readonly segments: readonly string[]; readonly handler: Handler<C> };

export function newRouter<C>(): Router<C> {
  const table = new Map<string, Route<C>[]>();
  const routes: [string, string][] = [];
  const add =
    (method: string): Add<C> =>
    (pattern, handler) => {
      const segments = pattern.split("/").slice(1);
      routes.push([method, pattern]);
      const first = segments[0] ?? "";
      table.set(first, [...(table.get(first) ?? []), { method, segments, handler }]);
      return router;
    };
  const router: Router<C> = {
    get: add("GET"),
    head: add("HEAD"),
    post: add("POST"),
    put: add("PUT"),
    delete: add("DELETE"),
    all: add("ALL"),
    routes,
    fetch: async (request, ctx) => {
      const path = pathSegments(request.url);
      for (const { method, segments, handler } of table.get(path[0] ?? "") ?? []) {
        if (method !== request.method && method !== "ALL") continue;
        const params = paramsOf(segments, path);
        if (params) return handler(Object.assign(request, { params }), ctx);
      }
      return null;
    },
  };
  return router;
}

/** `https://host/a/b/?x` → a, b. */
function pathSegments(url: string): string[] {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const query = url.indexOf("?", start);
  let end = query < 0 ? url.length : query;
  while (end > start && url.charAt(end - 1) === "/") end -= 1;
  return url.slice(start + 1, end).split("/");
}

function paramsOf(pattern: readonly string[], path: readonly string[]): Record<string, string | undefined> | null {
  const params: Record<string, string | undefined> = {};
  if (path.length > pattern.length && pattern.at(-1) !== "*") return null;
  for (const [index, part] of pattern.entries()) {
    if (part === "*") return params;
    const given = path[index];
    if (!part.startsWith(":")) {
      if (given !== part) return null;
    } else if (given === undefined || given === "") {
      if (given === "" || !part.endsWith("?")) return null;
    } else params[part.endsWith("?") ? part.slice(1, -1) : part.slice(1)] = decoded(given);
  }
  return params;
}

/** `%D0%BE` → о; what is no escape stays as it was sent. */
function decoded(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
