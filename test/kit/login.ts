/** A school with a bot and two sites, played from outside: the bot asks for links, a visitor uses the page, the site's backend signs its calls. */
import { exports } from "cloudflare:workers";
import { vi } from "vitest";
import { OTHER_SECRET, SITE_SECRET, type Signing, signedHeaders } from "./sign.ts";
import { ADMIN_TOKEN, ORIGIN } from "./operator.ts";

const ADMIN = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" };

export const SCHOOL = {
  workspace: { name: "School" },
  connections: {
    bot: { kind: "salebot", project: "294495", group: "my_bot", api_key: "salebot-key", token: ["bot-token-000000000000"] },
    tg: {
      kind: "telegram",
      bot_token: "1:telegram",
      username: "tg_bot",
      token: ["tg-token-0000000000000"],
      secret_token: ["tg-secret"],
    },
    max: { kind: "salebot", project: "777", group: "max_bot", api_key: "max-key", token: ["max-token-000000000000"] },
    site: {
      kind: "site",
      origin: "https://school.example",
      return_to: ["https://school.example/auth/bot", "https://school.example/other?x=1"],
      secret: [SITE_SECRET],
      bot: "bot",
    },
    shop: {
      kind: "site",
      origin: "https://shop.example",
      return_to: ["https://shop.example/in"],
      secret: [OTHER_SECRET],
      bot: "tg",
    },
  },
};

export type Fetch = (request: Request) => Promise<Response>;
const throughWorker: Fetch = (request) => exports.default.fetch(request);

/** Saves a configuration. From here on every vendor answers "success" at once: nothing leaves the machine. */
export async function saveConfig(document: unknown, fetcher: Fetch = throughWorker): Promise<void> {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response('{"status":"success"}'));
  const response = await fetcher(
    new Request(`${ORIGIN}/v1/config`, { method: "PUT", headers: ADMIN, body: JSON.stringify(document) }),
  );
  if (response.status >= 300) throw new Error(`the configuration was refused: ${await response.text()}`);
}

export type Answer = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> };

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

let accounts = 10_000;
/** A messenger account that no other test has. */
export const someone = (): string => String((accounts += 1));

export type Link = { readonly buid: string; readonly url: string; readonly pin: string };

/** Everyone around one gateway. `fetcher` lets a test put a slower database behind it. */
export function people(fetcher: Fetch = throughWorker) {
  const bot = async (path: string, body: unknown, token = "bot-token-000000000000", method = "POST"): Promise<Answer> =>
    read(
      await fetcher(
        new Request(`${ORIGIN}${path}`, {
          method,
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
        }),
      ),
    );
  const site = async (path: string, body: unknown, signing: Signing & { readonly method?: string } = {}): Promise<Answer> => {
    const method = signing.method ?? "POST";
    const text = method === "GET" ? "" : JSON.stringify(body);
    const headers = await signedHeaders(text, signing);
    return read(await fetcher(new Request(`${ORIGIN}${path}`, { method, headers, ...(method === "GET" ? {} : { body: text }) })));
  };
  return {
    bot,
    site,
    /** A login link; throws when it is refused. */
    link: async (fields: Record<string, unknown> = {}, token?: string): Promise<Link> => {
      const answer = await bot("/v1/links", { telegram_id: "1", site: "site", ...fields }, token);
      if (answer.status !== 201) throw new Error(`no link: ${JSON.stringify(answer.body)}`);
      return { buid: String(answer.body["buid"]), url: String(answer.body["url"]), pin: String(answer.body["pin"]) };
    },
    authorize: (proof: Record<string, unknown>, signing: Signing = {}) => site("/v1/authorize", proof, signing),
    open: (url: string, headers: Record<string, string> = {}) =>
      fetcher(new Request(url, { headers: { ...fromAnywhere(), ...headers }, redirect: "manual" })),
    /** Fills the form the page really shows and posts it as its own browser would. */
    submit: async (url: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> => {
      const page = await (await fetcher(new Request(url, { headers: fromAnywhere() }))).text();
      const token = /name="token" value="([^"]*)"/.exec(page)?.[1] ?? "";
      return fetcher(
        new Request(url, {
          method: "POST",
          redirect: "manual",
          headers: {
            "content-type": "application/x-www-form-urlencoded",
            "sec-fetch-site": "same-origin",
            ...fromAnywhere(),
            ...headers,
          },
          body: new URLSearchParams({ token, ...fields }).toString(),
        }),
      );
    },
  };
}

/** Another address each time, so that a test meets only the limits it is about. */
const fromAnywhere = (): Record<string, string> => {
  const [a = 0, b = 0, c = 0] = crypto.getRandomValues(new Uint8Array(3));
  return { "cf-connecting-ip": `10.${a}.${b}.${c}` };
};

export const wrongPin = (pin: string): string => pin.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10));

export const codeIn = (response: Response): string | null =>
  new URL(response.headers.get("location") ?? "x:").searchParams.get("code");
