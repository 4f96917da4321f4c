/** The decisions of a conflict speak of exactly the identifier that it is about. */
import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { type Browser, come, signIn } from "../kit/console.ts";
import { emptyGraph } from "../kit/identity-rows.ts";
import { configure, operator } from "../kit/operator.ts";
import { raiseProblem } from "../../src/store/problems.ts";

let browser: Browser;
const school = (account: string, token: string) => ({ kind: "getcourse", account, token, fields: {} });

async function open(privacy: "sealed" | "pseudonymous"): Promise<void> {
  await configure({
    workspace: { privacy },
    connections: {
      sb: { kind: "salebot", project: "P1", token: "tok-sb-0000000000" },
      one: school("one.getcourse.ru", "tok-one-0000000000"),
      two: school("two.getcourse.ru", "tok-two-0000000000"),
    },
  });
}

async function tell(path: string, body: object): Promise<void> {
  expect((await come(path, { event_id: crypto.randomUUID(), ...body })).status).toBe(202);
}

const ownerOf = async (query: string): Promise<string | null> => {
  const answer = await operator("GET", `/v1/persons?${query}`);
  return answer.ok ? (await answer.json<{ person: { id: string } }>()).person.id : null;
};

/** Presses the button of the only problem's page. */
async function press(act: "move" | "block", kind = "conflict", place = 0): Promise<void> {
  const listed = await operator("GET", "/v1/problems");
  const { items } = await listed.json<{ items: { id: string; kind: string }[] }>();
  const conflict = items.find((problem) => problem.kind === kind);
  const page = await browser.text(`/console/problems/${conflict?.id}`);
  const forms = page.match(new RegExp(`<form[^>]*action="/console/act/${act}".*?</form>`, "gs")) ?? [];
  const form = forms[place] ?? "";
  const fields = [...form.matchAll(/name="([\w-]+)" value="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]);
  await browser.post(`/console/act/${act}`, Object.fromEntries(fields) as Record<string, string>);
}

beforeEach(async () => {
  await emptyGraph();
  await open("sealed");
  browser = await signIn();
});

const twoSchools = async (): Promise<void> => {
  await tell("one/tok-one-0000000000", { event: "identify", gc_user_id: "7", telegram_id: "2001" });
  await tell("two/tok-two-0000000000", { event: "identify", gc_user_id: "7", telegram_id: "2009" });
  await tell("one/tok-one-0000000000", { event: "message", gc_user_id: "7", telegram_id: "2002" });
};

it("a value of one school is moved though another school has the same", async () => {
  await twoSchools();
  await press("move");
  expect(await ownerOf("gc_user_id=7&scope=one.getcourse.ru")).toBe(await ownerOf("telegram_id=2002"));
  expect(await ownerOf("gc_user_id=7&scope=two.getcourse.ru")).toBe(await ownerOf("telegram_id=2009"));
});

it("a value of one school that is blocked stays another school's", async () => {
  await twoSchools();
  const other = await ownerOf("telegram_id=2009");
  await press("block");
  expect(other).not.toBeNull();
  expect(await ownerOf("gc_user_id=7&scope=one.getcourse.ru")).toBeNull();
  expect(await ownerOf("gc_user_id=7&scope=two.getcourse.ru")).toBe(other);
});

it("a contact whose value is not kept is moved all the same", async () => {
  await open("pseudonymous");
  for (const telegram of ["2001", "2002"]) {
    await tell("sb/tok-sb-0000000000", { event: "identify", telegram_id: telegram, email: "a@b.ru" });
  }
  expect(await ownerOf("email=a@b.ru")).toBe(await ownerOf("telegram_id=2001"));
  await press("move");
  expect(await ownerOf("email=a@b.ru")).toBe(await ownerOf("telegram_id=2002"));
});

it("a contact in quarantine may be left to its owner as well as given to who claims it", async () => {
  for (const telegram of ["2001", "2002", "2003"]) {
    await tell("sb/tok-sb-0000000000", { event: "identify", telegram_id: telegram, email: "a@b.ru" });
  }
  const owner = await ownerOf("telegram_id=2001");
  await tell("one/tok-one-0000000000", { event: "message", email: "a@b.ru" });
  const { items } = await (await operator("GET", "/v1/problems")).json<{ items: { id: string; kind: string }[] }>();
  const problem = items.find(({ kind }) => kind === "contact_quarantined");
  const page = await browser.text(`/console/problems/${problem?.id}`);
  expect(page).toContain("Оставить: TG 2001");
  expect(page).toContain("Перенести: TG 2003");
  const left = page.indexOf("Оставить: ") < page.indexOf("Перенести: ") ? 0 : 1;
  await press("move", "contact_quarantined", left);
  expect(await ownerOf("email=a@b.ru")).toBe(owner);
  const events = await operator("GET", `/v1/events?person=${owner}&type=message`);
  expect((await events.json<{ items: unknown[] }>()).items).toHaveLength(1);
});

it("one value too many of a person speaks of nobody else", async () => {
  for (const phone of ["+79001112231", "+79001112232", "+79001112233", "+79001112234"]) {
    await tell("sb/tok-sb-0000000000", { event: "identify", telegram_id: "2001", phone });
  }
  const { items } = await (await operator("GET", "/v1/problems")).json<{ items: { id: string; cause: string }[] }>();
  const page = await browser.text(`/console/problems/${items.find(({ cause }) => cause === "limit")?.id}`);
  expect(page).toContain("новое значение не добавлено");
  expect(page).not.toContain("Два человека");
});

it("a user too many whom somebody else has is a question of the two", async () => {
  const persons: string[] = [];
  for (const telegram of ["2001", "2002"]) {
    await tell("sb/tok-sb-0000000000", { event: "identify", telegram_id: telegram });
    persons.push((await ownerOf(`telegram_id=${telegram}`)) ?? "");
  }
  await raiseProblem(env.DB, {
    kind: "conflict",
    cause: "limit",
    dedupe: "two",
    at: Date.now(),
    connection: "sb",
    persons,
  }).run();
  const { items } = await (await operator("GET", "/v1/problems")).json<{ items: { id: string }[] }>();
  const page = await browser.text(`/console/problems/${items[0]?.id}`);
  expect(page).toContain("Два человека");
  expect(page).not.toContain("у кого оно появится");
});

it("an account that signs in as somebody else is no question of two people, and is shown with whoever has it", async () => {
  await tell("sb/tok-sb-0000000000", { event: "identify", telegram_id: "2001" });
  const hash = await env.DB.prepare("SELECT hash FROM identifiers").first<string>("hash");
  const taken = { kind: "conflict", cause: "holder_taken", dedupe: `holder:${hash}`, at: Date.now(), connection: "sb" } as const;
  await raiseProblem(env.DB, { ...taken, identifier: { hash: hash ?? "", type: "telegram_id" } }).run();
  const { items } = await (await operator("GET", "/v1/problems")).json<{ items: { id: string; cause: string }[] }>();
  const page = await browser.text(`/console/problems/${items.find(({ cause }) => cause === "holder_taken")?.id}`);
  expect(page).toContain("Вход остался за прежним");
  expect(page).not.toContain("Два человека");
  expect(page).toContain(`href="/console/people/${await ownerOf("telegram_id=2001")}"`);
});
