/** A pasted link is walked as a visitor's browser would: what the checker says when following is the only way to know. */
import { describe, expect, it } from "vitest";
import { type Hop, walkLink } from "../../src/flows/check-link.ts";
import { contextWith } from "../kit/context.ts";

const PUBLIC = "https://go.example";
const document = { links: { vk1: { to: "https://school.example/?tl={click}" }, bot: { to: "https://t.me/b?start={click}" } } };

type Site = Readonly<Record<string, Response | string>>;
const answering = async (site: Site): Promise<{ walk: (address: string) => Promise<Hop[]>; asked: string[] }> => {
  const asked: string[] = [];
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    const address = new Request(input).url;
    asked.push(address);
    const found = site[address] ?? site[new URL(address).origin + new URL(address).pathname];
    if (found === undefined) throw new TypeError("no such host");
    return typeof found === "string" ? new Response(null, { status: 302, headers: { location: found } }) : found.clone();
  };
  const base = await contextWith(document, { fetch });
  const ctx = { ...base, settings: { ...base.settings, publicUrl: PUBLIC, local: false } };
  return { walk: (address) => walkLink(ctx, address), asked };
};
const page = new Response("<p>hello");
const told = (hops: readonly Hop[]): string[] =>
  hops.flatMap(({ check }, hop) => check.findings.map(({ code, parameter }) => `${hop} ${code} ${parameter}`.trim()));

describe("walking a link", () => {
  it("answers for our own link from the configuration and calls only what lies behind it", async () => {
    const { walk, asked } = await answering({ "https://school.example/": page });
    const hops = await walk(`${PUBLIC}/r/vk1`);
    expect(hops.map(({ address, status }) => [address, status])).toEqual([
      [`${PUBLIC}/r/vk1`, 302],
      ["https://school.example/?tl={click}", 200],
    ]);
    expect(asked).toEqual(["https://school.example/?tl=c_0000000000000000"]);
    expect(told(hops)).toEqual([]);
    expect(told(await walk(`${PUBLIC}/r/bot`)).filter((line) => line.startsWith("1"))).toEqual([]);
  });

  it.each([
    ["no answer", "https://gone.example/?tl={click}", ["0 dead_link"]],
    ["404", "https://school.example/404?tl={click}", ["0 dead_link"]],
    ["a site that turns programs away", "https://school.example/403?tl={click}", ["0 refused_by_site 403"]],
    ["a circle", "https://school.example/a?tl={click}", ["1 redirect_loop"]],
    ["a redirect to itself", "https://school.example/self?tl={click}", ["0 redirect_loop"]],
    ["a private address behind a redirect", "https://school.example/in?tl={click}", ["1 closed_address"]],
    ["an unknown link of ours", `${PUBLIC}/r/%ff`, ["0 no_marks", "0 dead_link"]],
  ])("%s", async (_name, address, findings) => {
    const { walk, asked } = await answering({
      "https://school.example/404": new Response("", { status: 404 }),
      "https://school.example/403": new Response("", { status: 403 }),
      "https://school.example/a": "/b?tl=c_0000000000000000",
      "https://school.example/b": "/a?tl=c_0000000000000000",
      "https://school.example/self": "/self?tl=c_0000000000000000",
      "https://school.example/in": "https://10.0.0.7/?tl=c_0000000000000000",
      [`${PUBLIC}/r/%ff`]: new Response("", { status: 404 }),
    });
    const found = told(await walk(address));
    expect(found.filter((line) => findings.some((finding) => line.endsWith(finding.slice(2))))).toHaveLength(findings.length);
    expect(asked.every((called) => !called.includes("10.0.0.7"))).toBe(true);
  });

  it("stops after six addresses and says so", async () => {
    const steps = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`https://a.example/${n}`, `/${n + 1}?tl=x`]));
    const { walk, asked } = await answering(steps);
    const hops = await walk("https://a.example/0?tl=x");
    expect(hops).toHaveLength(6);
    expect(told(hops)).toContain("5 too_many_redirects 6");
    expect(asked).toHaveLength(6);
  });

  it("says what was lost on the way, the click above all", async () => {
    const { walk } = await answering({
      "https://bit.example/x": "https://school.example/land?utm_source=vk",
      "https://school.example/land": page,
    });
    const hops = await walk("https://bit.example/x?tl={click}&utm_source=vk&utm_campaign=spring");
    expect(hops[1]?.lost).toEqual(["tl", "utm_campaign"]);
    expect(told(hops)).toEqual(["1 lost_parameters tl, utm_campaign", "1 lost_click"]);
  });
});
