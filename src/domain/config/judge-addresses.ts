/** Every address a configuration names, judged where it stands (O-06). An address that comes from a secret which is not set is left to the
 *  error of that secret. */
import { ADDRESS_REFUSALS, judgeAddress } from "../../lib/address-guard.ts";
import type { FieldError } from "../../lib/field-errors.ts";
import type { Connection, ConnectionOf } from "../config.ts";
import type { Judged } from "./judged.ts";

type Named = { readonly path: string; readonly message: string | null };

/** Literal addresses only: one with a template in it can be judged when it is sent, and is. */
export function judgeAddresses(judged: Judged): FieldError[] {
  const { local } = judged.options;
  const named = [
    ...[...judged.connections.values()].flatMap((body) => connectionAddresses(body, local)),
    ...[...judged.links].map(([slug, { to }]) => ({ path: `links.${slug}.to`, message: linkMistake(to) })),
  ];
  return named.flatMap(({ path, message }) => (message === null ? [] : [{ path, message }]));
}

/** Exhaustive by kind: a new kind does not compile until somebody has said which addresses it has. */
function connectionAddresses(body: Connection, local: boolean): Named[] {
  const at = (field: string): string => `connections.${body.id}.${field}`;
  const base = (field: string, text: string | undefined): Named[] =>
    text ? [{ path: at(field), message: baseMistake(text, local) }] : [];
  const shared = base("base_url", body.base_url);
  switch (body.kind) {
    case "getcourse": {
      const account = body.base_url ? [] : [{ path: at("account"), message: accountMistake(body.account, local) }];
      return [...shared, ...account, ...called(at("chatium_url"), body.chatium_url, local)];
    }
    case "keitaro":
      return [...shared, ...base("url", body.url)];
    case "http":
      return [...shared, ...called(at("url"), body.url, local)];
    case "site":
      return [...shared, ...siteAddresses(body, at, local)];
    case "salebot":
    case "chatterfy":
    case "metabot":
    case "telegram":
    case "network":
      return shared;
  }
}

function siteAddresses(site: ConnectionOf<"site">, at: (field: string) => string, local: boolean): Named[] {
  return [
    { path: at("origin"), message: originMistake(site.origin, local) },
    ...site.return_to.map((text, index) => ({ path: at(`return_to.${index}`), message: returnMistake(text, local) })),
    ...called(at("webhook_url"), site.webhook_url, local),
  ];
}

/** A sentence for the operator, or null. `local` is the developer's mode: loopback and plain HTTP pass. */
export function addressMistake(text: string, local: boolean): string | null {
  const address = judgeAddress(text, local);
  return address.ok ? null : ADDRESS_REFUSALS[address.error];
}

/** Called as it stands: only a rule's texts are rendered, and a brace that is sent is kept there for ever. */
const calledMistake = (text: string, local: boolean): string | null =>
  text.includes("{{") ? "a macro is filled in a rule only" : addressMistake(text, local);

const called = (path: string, text: string | undefined, local: boolean): Named[] =>
  text ? [{ path, message: calledMistake(text, local) }] : [];

/** A base is continued with a path, so a query or fragment in it would swallow that path. */
function baseMistake(text: string, local: boolean): string | null {
  return calledMistake(text, local) ?? (/[?#]/.test(text) ? "must not have a query or a fragment" : null);
}

/** Where browsers are sent, not what the gateway calls: a developer's `localhost` is as good as 127.0.0.1 there. */
const browserMistake = (text: string, local: boolean): string | null =>
  addressMistake(local ? text.replace(/^(https?:\/\/)localhost(?=[:/?#]|$)/i, "$1127.0.0.1") : text, local);

/** An origin is compared with a browser's `Origin` header, which has no path and no query. */
function originMistake(text: string, local: boolean): string | null {
  const mistake = browserMistake(text, local);
  if (mistake !== null) return mistake;
  const url = URL.parse(text);
  return url && url.pathname === "/" && !/[?#]/.test(text) ? null : "must be an origin: scheme, host and port only";
}

function returnMistake(text: string, local: boolean): string | null {
  return browserMistake(text, local) ?? (text.includes("#") ? "must not have a fragment" : null);
}

/** A vendor id may be any string, a bare number too; what looks like a host is judged as one. A number below 2^24 would be 0.x.y.z. */
function accountMistake(account: string, local: boolean): string | null {
  if (/^\d+$/.test(account) && Number(account) < 2 ** 24) return null;
  return addressMistake(/^https?:\/\//i.test(account) ? account : `https://${account}`, local);
}

/** With a click in place of its macro, as a visitor gets it. `tg:` opens a messenger. */
function linkMistake(to: string): string | null {
  const url = URL.parse(to.replaceAll("{click}", "c_0000000000000000"));
  if (!url) return ADDRESS_REFUSALS.not_a_url;
  return ["https:", "http:", "tg:"].includes(url.protocol) ? null : "must be http, https or tg";
}
