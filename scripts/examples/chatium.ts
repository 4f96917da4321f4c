/** A stand-in for Chatium: every file registers one route on the global `app`, imports have no extension, `@app/request` is the platform's HTTP client.
 *  Run with the example's folder as its argument; `/auth/bot` is login.ts, `/hooks/gateway` is hook.ts. The platform gives no raw body here, so the
 *  example's way around that is the one that is run. */
import { readFileSync } from "node:fs";
import { type IncomingMessage, createServer } from "node:http";
import { registerHooks } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

type Route = (ctx: object, req: { body: unknown; headers: IncomingMessage["headers"] }) => Promise<unknown>;

const REQUEST = `export const request = async ({ url, method, headers, body }) => {
  const response = await fetch(url, { method: method.toUpperCase(), headers, ...(body === undefined ? {} : { body }), redirect: "manual" });
  return { statusCode: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
};`;

const folder = resolve(process.argv[2] ?? ".");
const inFolder = (parent: string | undefined): boolean => parent?.startsWith(pathToFileURL(folder).href) ?? false;

registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier === "@app/request") return { url: "chatium:request", format: "module", shortCircuit: true };
    return next(inFolder(context.parentURL) && specifier.startsWith(".") ? `${specifier}.ts` : specifier, context);
  },
  load: (url, context, next) => {
    if (url === "chatium:request") return { format: "module", source: REQUEST, shortCircuit: true };
    if (!url.endsWith("/throughline.ts")) return next(url, context);
    // The two settings that the example tells its reader to fill in.
    const text = readFileSync(fileURLToPath(url), "utf8")
      .replace('"https://go.example"', JSON.stringify(process.env["GATEWAY_URL"]))
      .replace('"whsec_…"', JSON.stringify(process.env["SITE_SECRET"]));
    return { format: "module-typescript", source: text, shortCircuit: true };
  },
});

async function routeOf(file: string): Promise<Route> {
  const registered: Route[] = [];
  Reflect.set(globalThis, "app", { post: (_path: string, route: Route) => registered.push(route) });
  await import(pathToFileURL(join(folder, file)).href);
  const [route] = registered;
  if (!route) throw new Error(`${file} registers no route`);
  return route;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Uint8Array[] = [];
  for await (const part of request) if (part instanceof Uint8Array) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString("utf8"));
}

const routes = new Map([
  ["/auth/bot", await routeOf("login.ts")],
  ["/hooks/gateway", await routeOf("hook.ts")],
]);

createServer((request, response) => {
  const route = routes.get(new URL(request.url ?? "/", "http://site").pathname);
  const user = request.headers["x-signed-in"];
  const ctx = {
    user: user === undefined ? undefined : { id: user },
    log: (text: string) => void process.stdout.write(`${text}\n`),
  };
  const act = async (): Promise<unknown> => route?.(ctx, { body: await readJson(request), headers: request.headers });
  act().then(
    (answer) => response.writeHead(route ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(answer ?? null)),
    () => response.writeHead(500).end(),
  );
}).listen(Number(process.env["PORT"]), "127.0.0.1");
