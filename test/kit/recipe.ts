/** A recipe of docs/recipes as its reader uses it: blocks are taken from the markdown by their names, placeholders and the vendor's macros filled in,
 *  sent through the real Worker, and the promised lines looked up on the console's own «События». */
import { exports } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { type Browser, signIn } from "./console.ts";
import { ORIGIN, configure } from "./operator.ts";

export type Macros = Readonly<Record<string, string>>;

export type Recipe = {
  /** The text of the block named so; throws when there is none. */
  readonly block: (name: string) => string;
  readonly json: (name: string) => Record<string, unknown>;
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** ` ```json почта ` names a block «почта». Indented blocks stand inside a numbered step. */
export function readRecipe(markdown: string): Recipe {
  const fences = [...markdown.matchAll(/^([ ]*)```\w+ ([^\n]+)\n([\s\S]*?)\n\1```$/gm)];
  const blocks = new Map(fences.map(([, indent = "", name = "", text = ""]) => [name.trim(), dedent(text, indent)]));
  const block = (name: string): string => {
    const text = blocks.get(name);
    if (text === undefined) throw new Error(`no block «${name}», only ${[...blocks.keys()].join(", ")}`);
    return text;
  };
  const json = (name: string): Record<string, unknown> => {
    const value: unknown = JSON.parse(block(name));
    if (!isObject(value)) throw new Error(`«${name}» is no object`);
    return value;
  };
  return { block, json };
}

const dedent = (text: string, indent: string): string =>
  text
    .split("\n")
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join("\n");

/** What stands behind a `$NAME` of the configuration. */
export const secretOf = (name: string): string =>
  /SITE|FLOW/.test(name) ? `whsec_${btoa(name.padEnd(32, "."))}` : `${name.toLowerCase()}-0000000000000000`;

/** Saves the recipe's configuration with its secrets in place. */
export const configureRecipe = (recipe: Recipe): Promise<void> =>
  configure(JSON.parse(recipe.block("конфигурация").replaceAll(/"\$(\w+)"/g, (_, name: string) => `"${secretOf(name)}"`)));

/** The token of a connection as the recipe's configuration names it. */
export function tokenOf(recipe: Recipe, connection: string): string {
  const connections = recipe.json("конфигурация")["connections"];
  const body = isObject(connections) ? connections[connection] : null;
  const [name] = isObject(body) && Array.isArray(body["token"]) ? body["token"] : [];
  if (typeof name !== "string") throw new Error(`${connection} has no token in the recipe`);
  return secretOf(name.slice(1));
}

/** Fills in macros as the vendor does. A macro that the recorded payload does not know is a mistake of the recipe. */
export function filled(text: string, macros: Macros, encode: (value: string) => string = (value) => value): string {
  const done = Object.entries(macros).reduce((all, [macro, value]) => all.replaceAll(macro, encode(value)), text);
  const left = /#\{\w+\}|\{[a-z_]\w*(\.\w+)*\}/i.exec(done);
  if (left) throw new Error(`the recorded payload has no ${left[0]}`);
  return done;
}

/** The address a recipe gives, with gateway, token and macros in place. */
export function addressOf(recipe: Recipe, name: string, macros: Macros = {}): string {
  const text = recipe.block(name);
  const connection = /\/(?:webhook|postback)\/(\w+)\//.exec(text)?.[1];
  const placed = text
    .replace("https://ШЛЮЗ", ORIGIN)
    .replace("ТОКЕН", () => (connection ? tokenOf(recipe, connection) : "ТОКЕН"));
  return filled(placed, macros, encodeURIComponent);
}

/** What a platform does with the recipe's body: a POST of JSON. */
export const post = (url: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  exports.default.fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body });

export const get = (url: string): Promise<Response> => exports.default.fetch(url, { redirect: "manual" });

/** The id of the event a 2xx of intake names; postbacks name none. */
export async function accepted(response: Response): Promise<string> {
  const body = await response.json<{ id: string; status: string }>();
  expect(body).toMatchObject({ status: "accepted" });
  return body.id;
}

const plainText = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll("&nbsp;", " ")
    .replaceAll(/\s+/g, " ")
    .trim();

/** Rows of «События», oldest first, as a reader says them: connection · event · money · status. Person and time are whoever's. */
async function rows(browser: Browser): Promise<string[]> {
  const page = await browser.text("/console/events");
  const found = [...page.matchAll(/<tr data-id="[^"]+" data-row[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = ""]) =>
    [...row.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].map(([, cell = ""]) => plainText(cell)),
  );
  return found
    .map(([, connection = "", event = "", , money = "", status = ""]) =>
      [connection, event, money, status].filter((text) => text !== "").join(" · "),
    )
    .toReversed();
}

/** The promised lines of «Проверка» stand in «События», in this order, other rows between them or not. */
export async function expectPromised(recipe: Recipe, name = "проверка"): Promise<void> {
  const promised = recipe.block(name).split("\n");
  const browser = await signIn();
  await vi.waitFor(async () => {
    const shown = await rows(browser);
    let at = 0;
    for (const row of shown) if (row === promised[at]) at += 1;
    expect(shown, `«${promised[at] ?? ""}» is missing`).toSatisfy(() => at === promised.length);
  }, 5_000);
}

/** Everything that was sent out since `watchVendors`, as `METHOD url` and body. */
export type Sent = { readonly method: string; readonly url: string; readonly body: string; readonly headers: Headers };

/** Vendors that say yes in their own words. */
export function watchVendors(): Sent[] {
  const sent: Sent[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    sent.push({ method: request.method, url: request.url, body: await request.text(), headers: request.headers });
    return new Response(
      JSON.stringify({ status: "success", success: true, action: "add", result: { success: true, user_id: 1 } }),
    );
  });
  return sent;
}

/** The promised call has been made: method and address to the letter, JSON by content; `read` opens a vendor's wrapping of it. */
export async function expectSent(
  sent: readonly Sent[],
  line: string,
  read: (body: string) => string = (body) => body,
): Promise<Sent> {
  const [method = "", url = "", ...rest] = line.split(" ");
  const body = rest.join(" ");
  return vi.waitFor(() => {
    const call = sent.find((one) => one.method === method && one.url === url && (body === "" || sameJson(read(one.body), body)));
    if (!call)
      throw new Error(`not sent: ${line}\nsent: ${sent.map((one) => `${one.method} ${one.url} ${read(one.body)}`).join("\n")}`);
    return call;
  }, 5_000);
}

const sameJson = (left: string, right: string): boolean => sorted(JSON.parse(left)) === sorted(JSON.parse(right));

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
