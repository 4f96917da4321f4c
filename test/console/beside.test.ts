/** Two people side by side: the other is found by what an operator has in hand and is seen before anything is decided. */
import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { inboxOf } from "../../src/context.ts";
import { type Browser, signIn } from "../kit/console.ts";
import { ORIGIN, configure, operator } from "../kit/operator.ts";

let browser: Browser;
const ids: Record<string, string> = {};

async function meet(telegram: string, more: object): Promise<void> {
  await exports.default.fetch(`${ORIGIN}/webhook/sb/tok-sb-0000000000`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ event: "bot_start", telegram_id: telegram, client_id: `9${telegram}`, ...more }),
  });
  await inboxOf(env).drain();
  ids[telegram] = await idOf(telegram);
}

async function idOf(telegram: string): Promise<string> {
  const answer = await operator("GET", `/v1/persons?telegram_id=${telegram}`);
  return (await answer.json<{ person: { id: string } }>()).person.id;
}

const beside = (telegram: string, text: string): Promise<string> =>
  browser.text(`/console/people/${ids[telegram]}/beside?q=${encodeURIComponent(text)}`);

const choices = (page: string): string[] => [...page.matchAll(/action="\/console\/act\/([\w-]+)"/g)].map(([, act]) => act ?? "");

beforeAll(async () => {
  await configure({ connections: { sb: { kind: "salebot", project: "P1", token: "tok-sb-0000000000" } } });
  browser = await signIn();
  await meet("2001", { first_name: "Олег" });
  await meet("2002", { first_name: "Анна", username: "anna_k", email: "anna@school.example", phone: "+79161234567" });
  await meet("2003", { first_name: "Анна", last_name: "Ким" });
});

describe("another person", () => {
  it("is found from the card by e-mail, phone, Telegram name or number, and shown with both decisions", async () => {
    expect(await browser.text(`/console/people/${ids["2001"]}`)).toContain(`action="/console/people/${ids["2001"]}/beside"`);
    for (const text of ["ANNA@school.example", "8 (916) 123-45-67", "@Anna_K", "2002", ids["2002"] ?? ""]) {
      const page = await beside("2001", text);
      expect(page).toContain("anna@school.example");
      expect(page).toContain(`name="other" value="${ids["2002"]}"`);
      expect(choices(page)).toEqual(expect.arrayContaining(["merge", "keep-apart"]));
    }
  });

  it("is chosen among several of one name, and is never the same person", async () => {
    const page = await beside("2001", "анна");
    for (const one of ["2002", "2003"]) expect(page).toContain(`name="other" value="${ids[one]}"`);
    expect(await beside("2002", "анна")).not.toContain(`name="other" value="${ids["2002"]}"`);
    expect(await beside("2001", "2001")).toContain("этот же человек");
    expect(await beside("2001", "nobody@school.example")).toContain("Ничего не нашлось");
  });

  it("is found by the whole name as the lists show it, in either order of its words", async () => {
    for (const text of ["Анна Ким", "ким анна", "Анна  @anna_k"]) {
      const one = text.includes("@") ? "2002" : "2003";
      const page = await beside("2001", text);
      expect([...page.matchAll(/name="other" value="(\w+)"/g)].map(([, id]) => id)).toEqual([ids[one], ids[one]]);
    }
    expect(await beside("2001", "Анна Олег")).toContain("Ничего не нашлось");
  });

  it("once kept apart is joined only after a warning that says what was decided", async () => {
    const fields = { person: ids["2001"] ?? "", other: ids["2002"] ?? "" };
    expect(await beside("2001", "2002")).not.toContain("решено, что это разные люди");
    await browser.post("/console/act/keep-apart", fields);
    const page = await beside("2001", "2002");
    expect(page).toContain("решено, что это разные люди");
    expect(page).toMatch(/action="\/console\/act\/merge"\s+data-confirm="[^"]*отменит/);
    expect(choices(page)).not.toContain("keep-apart");
    expect(await beside("2002", "2001")).toContain("решено, что это разные люди");
    await browser.post("/console/act/merge", fields);
    expect(await idOf("2001")).toBe(await idOf("2002"));
  });
});

it("a name finds its person in the search of every screen", async () => {
  const page = await browser.text(`/console/search?q=${encodeURIComponent("@anna_k")}`);
  expect(page).toContain(`/console/people/${await idOf("2002")}`);
  expect(await browser.text("/console/search?q=@nobody_at_all")).toContain("Ничего не нашлось");
});

it("nobody stands beside a person that was erased or never was", async () => {
  expect((await browser.get("/console/people/per_none/beside?q=2001")).status).toBe(404);
  await meet("2004", { first_name: "Эраст" });
  expect(choices(await beside("2003", ids["2004"] ?? ""))).toContain("merge");
  expect((await operator("DELETE", `/v1/persons/${ids["2004"]}`)).status).toBe(200);
  expect((await browser.get(`/console/people/${ids["2004"]}/beside?q=2001`)).status).toBe(404);
  const page = await beside("2003", ids["2004"] ?? "");
  expect(page).toContain("Данные этого человека стёрты");
  expect(choices(page)).not.toContain("merge");
});
