import { beforeEach, describe, expect, it } from "vitest";
import { DOCUMENT, type Problem, all, backfill, openWorkspace, problems, read, settled, tell, who } from "../kit/journey.ts";
import { operator } from "../kit/operator.ts";

type Told = Problem & { identifier?: { type: string; scope: string; value: string } };
type Page = { items: Told[]; next_cursor: string | null };

beforeEach(() => openWorkspace());

describe("problems as an operator reads them", { timeout: 60_000 }, () => {
  it("names the value that nobody holds because it was over somebody's limit, and so does the trace", async () => {
    await tell("school", { gc_user_id: "100", telegram_id: "1" });
    const second = await tell("school", { gc_user_id: "200", telegram_id: "1" });
    await settled();
    expect(await problems("conflict")).toEqual([
      expect.objectContaining({ cause: "limit", identifier: { type: "gc_user_id", scope: "school1", value: "200" } }),
    ]);
    const { trace } = await read<{ trace: string[] }>(`/v1/events/${second.id}?lang=ru`);
    expect(trace).toContain("не добавили: ученик GetCourse 200 — больше таких значений у одного человека быть не может");
  });

  it("says what an unbound event waits for, and calls people by name once it is bound", async () => {
    const sale = await tell("chatterfy1", { event: "sale", clickid: "CH9", amount: "50", currency: "USD", tid: "q" });
    await settled();
    const story = async (lang: string): Promise<string[]> =>
      (await read<{ trace: string[] }>(`/v1/events/${sale.id}?lang=${lang}`)).trace;
    expect(await story("ru")).toEqual(["пока ни у кого нет: clickid CH9 — событие ждёт своего человека"]);
    expect(await story("en")).toEqual(["nobody has clickid CH9 yet: the event waits for its person"]);
    await tell("chatterfy1", { event: "bot_start", chatId: "1009", first_name: "Анна", clickid: "CH9" });
    await settled();
    expect((await story("ru"))[0]).toBe("человек найден: Анна (clickid CH9)");
  });

  it("calls a merged person by what she brought", async () => {
    await tell("school", { gc_user_id: "7", email: "ivan@mail.ru", first_name: "Иван" });
    await tell("p1", { telegram_id: "1010" });
    const joined = await tell("p1", { telegram_id: "1010", email: "ivan@mail.ru" });
    await settled();
    const { trace } = await read<{ trace: string[] }>(`/v1/events/${joined.id}?lang=en`);
    expect(trace).toContain("one person: Иван and TG 1010, joined by e-mail ivan@mail.ru");
  });

  it("are paged without loss or repetition while the same problems are told again", async () => {
    const claims = Array.from({ length: 7 }, (_, n): [string, string, Record<string, unknown>][] => [
      ["p1", "2026-03-01T10:00:00Z", { telegram_id: `${10 + n}`, email: `m${n}@x.ru` }],
      ["p1", "2026-03-01T10:01:00Z", { telegram_id: `${50 + n}`, email: `m${n}@x.ru` }],
    ]);
    await backfill(claims.flat());
    await backfill([
      ["chatterfy1", "2026-03-01T10:02:00Z", { event: "sale", clickid: "A", amount: "1", tid: "1" }],
      ["keitaro1", "2026-03-01T10:02:00Z", { event: "sale", clickid: "B", amount: "1", tid: "2" }],
    ]);
    await settled();
    const seen: string[] = [];
    for (let cursor: string | null = null, turn = 0; turn < 20; turn++) {
      const page: Page = await read(`/v1/problems?limit=2${cursor === null ? "" : `&cursor=${cursor}`}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ id }) => id));
      await tell("p1", { telegram_id: `${50 + turn}`, email: `m${turn}@x.ru`, note: `${turn}` });
      await settled();
      cursor = page.next_cursor;
      if (cursor === null) break;
    }
    expect(seen).toHaveLength(9);
    expect(new Set(seen).size).toBe(9);
    expect(seen.slice(-2)).toEqual(["unbound:chatterfy1", "unbound:keitaro1"]);
    expect(await all<Told>("/v1/problems")).toHaveLength(9);
    expect((await operator("GET", "/v1/problems?cursor=nonsense")).status).toBe(422);
  });

  it("are counted once per matter however often they are told", async () => {
    await tell("p1", { telegram_id: "1", email: "x@x.ru" });
    for (const note of ["a", "b", "c"]) await tell("p1", { telegram_id: "2", email: "x@x.ru", note });
    await settled();
    expect(await problems("conflict")).toEqual([expect.objectContaining({ count: 3, cause: "taken" })]);
    expect((await who("email", "x@x.ru")).id).toBe((await who("telegram_id", "1")).id);
  });

  it("R-03 show the hint of a contact that a pseudonymous workspace does not keep, in problems and in traces", async () => {
    await openWorkspace({ workspace: { ...DOCUMENT.workspace, privacy: "pseudonymous" } });
    const emails = Array.from({ length: 6 }, (_, n) => `m${n}@x.ru`);
    const told = [];
    for (const email of emails) told.push(await tell("p1", { telegram_id: "1", email }));
    told.push(await tell("p1", { telegram_id: "2", email: "m0@x.ru" }));
    await settled();
    const found = (await read<Page>("/v1/problems")).items;
    expect(found.map(({ cause }) => cause).toSorted()).toEqual(["limit", "taken"]);
    for (const { identifier } of found) expect(identifier?.value).toMatch(/^••[a-z0-9]{3}$/);
    const stories = await Promise.all(told.map(({ id }) => read<{ trace: string[] }>(`/v1/events/${id}?lang=ru`)));
    const sentences = stories.flatMap(({ trace }) => trace);
    expect(sentences.filter((text) => /почта ••[a-z0-9]{3}/.test(text)).length).toBeGreaterThanOrEqual(7);
    expect(JSON.stringify(stories)).not.toContain("@x.ru");
  });
});
