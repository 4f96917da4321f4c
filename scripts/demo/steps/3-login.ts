import { textOf } from "../../../sandbox/kit/values.ts";
import { type Reply, type Stage, expectArrived, send } from "../stage.ts";
import { issueLink } from "./2-link.ts";

export const title = "3. Страница PIN, вход, связь с пользователем сайта";

/** The hidden inputs of the page's form: what a browser would send along. */
function hiddenFields(page: string): Record<string, string> {
  const inputs = [...page.matchAll(/<input\b[^>]*>/g)].map(([tag]) => tag).filter((tag) => /type="?hidden/.test(tag));
  const attribute = (tag: string, name: string): string => {
    const [, quoted, bare] = new RegExp(`\\b${name}=(?:"([^"]*)"|([^\\s>]+))`).exec(tag) ?? [];
    return quoted ?? bare ?? "";
  };
  return Object.fromEntries(inputs.map((tag) => [attribute(tag, "name"), attribute(tag, "value")]));
}

async function postPin(stage: Stage, url: string, fields: Record<string, string>): Promise<Reply> {
  const headers = { origin: new URL(url).origin, "sec-fetch-site": "same-origin" };
  return send(stage, { path: url, form: fields, headers });
}

const wrongPin = (pin: string): string => (pin === "000000" ? "000001" : "000000");

export async function play(stage: Stage): Promise<void> {
  const [url = "", pin = "", buid = ""] = ["url", "pin", "buid"].map((name) => stage.notes.get(name));
  const page = await send(stage, { path: url });
  stage.teller.judged(
    "страница PIN: не больше 3 КБ, без скриптов",
    page.status === 200 && Buffer.byteLength(page.text) <= 3072 && !page.text.includes("<script"),
  );
  const failed = await postPin(stage, url, { ...hiddenFields(page.text), pin: wrongPin(pin) });
  stage.teller.judged(
    "неверный PIN показывает страницу с ошибкой",
    failed.text.includes('role="alert"') || failed.text.includes("role=alert"),
    failed.status,
  );
  const passed = await postPin(stage, url, { ...hiddenFields(failed.text), pin });
  const location = passed.headers.get("location") ?? "";
  const code = location === "" ? "" : (new URL(location).searchParams.get("code") ?? "");
  stage.teller.judged("верный PIN отвечает 303 на сайт с кодом", passed.status === 303 && code !== "", passed.status);

  const first = await send(stage, { path: "/v1/authorize", proof: "site", json: { code } });
  stage.teller.judged("сайт обменял код: registration_required", first.body["status"] === "registration_required", first.text);
  const userId = stage.cast.siteUser;
  const linked = await send(stage, { path: "/v1/mappings", proof: "site", json: { buid, user_id: userId } });
  stage.teller.judged(
    "сайт завёл пользователя и связал его: linked",
    linked.status === 201 && linked.body["status"] === "linked",
    linked.text,
  );
  await expectArrived(stage, { "сайту сообщили подписанным вебхуком: mapping.created": ["site", "mapping.created"] });

  const again = (await issueLink(stage)).body;
  const known = await send(stage, { path: "/v1/authorize", proof: "site", json: { buid: again["buid"], pin: again["pin"] } });
  stage.teller.judged(
    `следующий PIN: authorized, user_id ${userId}`,
    known.body["status"] === "authorized" && textOf(known.body["user_id"]) === userId,
    known.text,
  );
  const third = (await issueLink(stage)).body;
  const same = await send(stage, {
    path: "/v1/authorize",
    proof: "site",
    json: { buid: third["buid"], pin: third["pin"], user_id: userId },
  });
  stage.teller.judged("тот же user_id: already_authorized", same.body["status"] === "already_authorized", same.text);
}
