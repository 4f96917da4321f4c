/** Every mistake that a configuration can have is told in Russian in a Russian console. */
import { expect, it } from "vitest";
import reasons from "../../docs/errors.md?raw";
import { reasonName } from "../../src/console/parts.ts";
import { mendingOf } from "../../src/ui/reasons.ts";
import { messageText } from "../../src/console/error-text.ts";
import type { View } from "../../src/console/view.ts";
import { judgeConfig } from "../../src/domain/config/judge.ts";
import { parseReportQuery } from "../../src/domain/funnel/query.ts";
import { workspace } from "../../src/domain/config/document.ts";

const out = (url: string) => ({ kind: "http", url });
const HOSTILE = {
  workspace: { time_zone: "Moscow", currency: "rub", locale: "fr", batch: 0, fx: { USD: "0", usd: "1" }, alerts: [{ to: "" }] },
  connections: {
    "bad id": out("https://a.example"),
    links: out("https://a.example"),
    a: out("nothing"),
    b: out("ftp://a.example"),
    c: out("https://u:p@a.example"),
    d: out("https://10.0.0.1"),
    e: out("https://localhost"),
    f: out("http://a.example"),
    g: { kind: "salebot", project: "1", base_url: "https://a.example/?x=1", token: "same-token-000" },
    h: { kind: "salebot", project: {}, token: ["1", "2", "3"] },
    i: { kind: "site", origin: "https://a.example/path", return_to: ["https://a.example/#x"], secret: "no base64 !" },
    j: { kind: "salebot", project: "1", token: "same-token-000", retry_seconds: "5", disabled: "yes", in_flight: 7, bot: 1 },
    k: { kind: "metabot", bot_id: "1", token_header: "a b", api_token: "$ADMIN_TOKEN" },
    l: { kind: "nothing" },
    m: { kind: "http", headers: { "x-key": "$NOT_THERE" } },
    n: { kind: "network" },
  },
  links: { l: { to: "ftp://x", costs: [{ day: "2026-02-30", amount: "1" }] } },
  rules: [
    { on: "sale#2", if: { x: "1", "event.y": [] }, do: [{ to: "g", action: "fly", with: { message: "{{event.x" } }] },
    { on: "sale", from: "nobody", do: [{ to: "m", action: "request", with: { headers: { a: "$NOT_THERE" } } }] },
    { on: "sale", do: [{ to: "g", action: "message", with: { message: "", attachment_type: "film" } }] },
    { on: [], do: [] },
    7,
  ],
};

it("leaves no sentence of the judge in English", () => {
  const view = { lang: "ru" } as View;
  const judged = judgeConfig(HOSTILE, { local: false, secret: (name) => (name === "ADMIN_TOKEN" ? "x" : null) });
  const asked = [{ from: "x" }, { to: "2026-02-30" }, { window: "a" }, { by: "a" }, { from: "2026-03-02", to: "2026-03-01" }];
  const reports = asked.flatMap((query) => {
    const parsed = parseReportQuery(query, workspace.parse({}), 0);
    return parsed.ok ? [] : parsed.error;
  });
  expect(reports).toHaveLength(asked.length);
  const messages = new Set([...(judged.ok ? [] : judged.error), ...reports].map(({ message }) => message));
  expect(messages.size).toBeGreaterThan(30);
  expect([...messages].filter((message) => !/[а-яё]/i.test(messageText(view, message)))).toEqual([]);
});

it("tells a delivery's end in words, and what to do where the operator can do something", () => {
  const view = { lang: "ru", say: ([ru]: readonly [string, string]) => ru } as unknown as View;
  const rows = [...reasons.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell = ""]) => cell.replace("http_…", "http_500"));
  const codes = rows.flatMap((cell) => [...cell.matchAll(/`([\w…]+)`/g)].map(([, code = ""]) => code.replace("…", "vip")));
  expect(codes.length).toBeGreaterThan(30);
  expect([...codes, "interrupted"].filter((code) => !/[а-яё]/i.test(reasonName(view, code)))).toEqual([]);
  expect(reasonName(view, "http_503")).toContain("503");
  expect(reasonName(view, "field_telegram_id_not_found")).toBe("в GetCourse нет поля telegram_id");
  expect(mendingOf("auth_failed")?.[0]).toBe("Замените секрет подключения и повторите.");
  expect(mendingOf("forbidden")).toBeNull();
});
