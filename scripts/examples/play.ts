/** The same story for every language: first visit, a spent code, second visit, all three questions, true and false webhooks. */
import { randomUUID } from "node:crypto";
import { signStandardWebhook } from "../../sandbox/site.ts";
import { until } from "../demo/stage.ts";
import type { Teller } from "../demo/teller.ts";
import { type ExampleSite, newBrowser } from "./site.ts";
import { codeFor, newHuman } from "./visit.ts";

export type Play = {
  readonly gateway: string;
  readonly sandbox: string;
  readonly secret: string;
  readonly teller: Teller;
};

export async function play(site: ExampleSite, { gateway, sandbox, secret, teller }: Play): Promise<void> {
  const id = site.language;
  const comes = (human: ReturnType<typeof newHuman>): Promise<string> => codeFor(gateway, id, human);
  const heard = async (words: string): Promise<boolean> =>
    (await until(async () => (site.news().includes(words) ? true : null))) ?? false;

  const [anna, boris] = [newHuman(), newHuman()];
  const browser = newBrowser();
  const code = await comes(anna);
  const first = await site.visit(browser, code);
  const user = first.user ?? "";
  teller.judged("код → authorize → mappings: новый пользователь вошёл", user !== "", first);
  teller.judged("вебхук mapping.created проверен и принят", await heard(`mapping.created ${user}`), site.news());
  const told = await until(async () => {
    const calls = await (await fetch(`${sandbox}/_sandbox/calls?since=0`)).text();
    return calls.includes(anna.client_id) && calls.includes("Бот связан с вашим аккаунтом.") ? true : null;
  });
  teller.judged("notify дошёл до бота", told === true);
  teller.judged("потраченный код не впускает", (await site.visit(newBrowser(), code)).failed !== null);

  const again = await site.visit(newBrowser(), await comes(anna));
  teller.judged("второй вход узнаёт пользователя: authorized", again.user === user, again);
  const same = await site.visit(browser, await comes(anna));
  teller.judged("вошедший остаётся собой: already_authorized", same.user === user && same.ask === null, same);

  const taken = await site.visit(browser, await comes(boris));
  teller.judged("conflict_other: сайт спрашивает", taken.choices.join() === "keep,relink", taken);
  const moved = await site.choose(browser, "relink");
  teller.judged("relink: связь перешла", moved.user === user && (await heard(`mapping.moved ${user}`)), moved);

  const other = newBrowser();
  await site.visit(other, await comes(newHuman()));
  const conflict = await site.visit(other, await comes(boris));
  teller.judged("conflict: сайт спрашивает", conflict.choices.join() === "keep,relink", conflict);
  const kept = await site.choose(other, "keep");
  teller.judged(
    "keep: ничего не изменилось",
    kept.failed === null && (await site.visit(newBrowser(), await comes(boris))).user === user,
    kept,
  );

  const free = await unlink(gateway, secret, user);
  const asked = await site.visit(browser, await comes(boris));
  teller.judged("link_required: без слова пользователя не связывает", free && asked.choices.join() === "link", asked);
  const foreign = { ...other, asked: browser.asked };
  const answered = await site.choose(foreign, "link").catch(() => null);
  teller.judged("на чужой вопрос ответить нельзя", answered === null || answered.failed !== null, answered);
  const linked = await site.choose(browser, "link");
  teller.judged(
    "link: связал по слову",
    linked.user === user && (await site.visit(newBrowser(), await comes(boris))).user === user,
    linked,
  );

  const stranger = `whsec_${Buffer.from("k".repeat(32)).toString("base64")}`;
  teller.judged("чужая подпись отвергнута", (await hook(site, { secret: stranger })) >= 400);
  teller.judged("старое время отвергнуто", (await hook(site, { secret, ageSeconds: 600 })) >= 400);
  teller.judged("время из будущего отвергнуто", (await hook(site, { secret, ageSeconds: -600 })) >= 400);
  teller.judged("изменённое тело отвергнуто", (await hook(site, { secret, sent: '{"type":"x","data":{"user_id":"2"}}' })) >= 400);
  teller.judged("одна верная подпись из двух принята", (await hook(site, { secret, before: "v1,AAAA " })) < 300);
}

async function unlink(gateway: string, secret: string, user: string): Promise<boolean> {
  const body = JSON.stringify({ user_id: user });
  const message = { id: `msg_${randomUUID()}`, timestamp: String(Math.floor(Date.now() / 1000)), body };
  const headers = signed(secret, message);
  return (await fetch(`${gateway}/v1/mappings`, { method: "DELETE", headers, body })).ok;
}

const signed = (secret: string, message: { id: string; timestamp: string; body: string }): Record<string, string> => ({
  "content-type": "application/json",
  "webhook-id": message.id,
  "webhook-timestamp": message.timestamp,
  "webhook-signature": signStandardWebhook(secret, message),
});

type Hook = { readonly secret: string; readonly ageSeconds?: number; readonly sent?: string; readonly before?: string };

async function hook(site: ExampleSite, { secret, ageSeconds = 0, sent, before = "" }: Hook): Promise<number> {
  const body = '{"type":"order.paid","data":{"user_id":"1"}}';
  const timestamp = String(Math.floor(Date.now() / 1000) - ageSeconds);
  const headers = signed(secret, { id: `msg_${randomUUID()}`, timestamp, body });
  const signature = before + (headers["webhook-signature"] ?? "");
  const response = await fetch(`${site.url}/hooks/gateway`, {
    method: "POST",
    headers: { ...headers, "webhook-signature": signature },
    body: sent ?? body,
  });
  await response.body?.cancel();
  return response.status;
}
