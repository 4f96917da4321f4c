import { describe, expect, it } from "vitest";
import { changeConfig } from "../../src/flows/change-config.ts";
import { recordOf } from "../../src/lib/record.ts";
import { readVersion, saveConfig } from "../../src/store/config.ts";
import { bindings } from "../kit/bindings.ts";
import { saveDocument, testContext } from "../kit/context.ts";

const withLink = (slug: string) => (document: Readonly<Record<string, unknown>>) => ({
  ...document,
  links: { ...recordOf(document["links"]), [slug]: { to: "https://site.example/?tl={click}" } },
});

describe("changes of the configuration", () => {
  it("two operators who change it at once both find their change in the newest version", async () => {
    await saveDocument({});
    const slugs = ["one", "two", "three", "four"];
    const saved = await Promise.all(
      slugs.map(async (slug) => changeConfig(await testContext(), { author: slug, note: "", change: withLink(slug) })),
    );
    expect(saved.every(({ ok }) => ok)).toBe(true);
    const newest = await readVersion(bindings, null);
    expect(Object.keys(recordOf(recordOf(newest?.document)["links"])).toSorted()).toEqual(slugs.toSorted());
  });

  it("a save based on a version that is not the newest any more writes nothing", async () => {
    await saveDocument({});
    const { settings } = await testContext();
    const basedOn = (await readVersion(bindings, null))?.version ?? 0;
    const save = (name: string) =>
      saveConfig(bindings, settings, { document: { workspace: { name } }, author: "test", note: "", now: 0, basedOn });
    const [first, second] = await Promise.all([save("first"), save("second")]);
    expect([first, second].filter((config) => config === null)).toHaveLength(1);
    expect((await readVersion(bindings, null))?.version).toBe(basedOn + 1);
  });
});
