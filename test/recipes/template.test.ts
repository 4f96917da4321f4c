import { describe, expect, it } from "vitest";
import errors from "../../docs/errors.md?raw";

const pages = import.meta.glob<string>("../../docs/recipes/*.md", { query: "?raw", import: "default", eager: true });
const examples = import.meta.glob<string>("../../docs/{site,recipes}/**/*.{mjs,php,ts,md}", {
  query: "?raw",
  import: "default",
  eager: true,
});
const sources = import.meta.glob<string>("../../src/{console,ui}/**/*.ts", { query: "?raw", import: "default", eager: true });
const CONSOLE = Object.values(sources).join("\n").toLowerCase();
/** What recipes quote that is no word of the console: vendors' words, buttons in a bot, a screen's name in another case. */
const OF_OTHERS = new Set(
  ["Событиях", "Бизнес", "Инфобиз", "нашли вас в школе", "такой почты нет", "SubID not found", "Войти на сайт"].map((text) =>
    text.toLowerCase(),
  ),
);
const nameOf = (path: string): string => path.split("/").at(-1) ?? "";
const recipes = Object.entries(pages).filter(([path]) => /^\d\d-/.test(nameOf(path)));

/** The part of a page under a heading. */
const under = (page: string, heading: string): string => page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";

it("there are sixteen recipes and both indexes name each", () => {
  expect(recipes).toHaveLength(16);
  for (const index of ["README.md", "README.en.md"]) {
    const text = pages[`../../docs/recipes/${index}`] ?? "";
    expect(recipes.map(([path]) => nameOf(path)).filter((name) => !text.includes(`](${name})`))).toEqual([]);
  }
});

describe.each(recipes.map(([path, page]) => [nameOf(path), page] as const))("%s", (_, page) => {
  it("begins with a title, one picture, the time and what is needed", () => {
    expect(page).toMatch(/^# .+\n\n```\n[\s\S]+?\n```\n\n/);
    expect(page).toMatch(/\*\*Время:\*\* \d+ минут/);
    expect(page).toMatch(/\*\*Нужно:\*\* \S/);
  });

  it("has at most ten steps, a block to copy and a check", () => {
    const steps = under(page, "Шаги").match(/^\d+\. /gm) ?? [];
    expect(steps.length).toBeGreaterThan(0);
    expect(steps.length).toBeLessThanOrEqual(10);
    expect(page).toMatch(/```\w+ \S/);
    expect(under(page, "Проверка").trim()).not.toBe("");
    expect(under(page, "Что отправляется и что хранится").trim()).not.toBe("");
  });

  it("names three causes, and the reasons of deliveries are those that we give", () => {
    const rows = under(page, "Если не получилось")
      .split("\n")
      .filter((line) => line.startsWith("| "))
      .slice(1);
    expect(rows).toHaveLength(3);
    const reasons = rows.flatMap((row) =>
      [...(row.split("|")[1] ?? "").matchAll(/«Не доставлено», `(\w+)`/g)].map(([, word]) => word),
    );
    expect(reasons.filter((reason) => !errors.includes(`| \`${reason}\` |`))).toEqual([]);
  });

  it("quotes screens, buttons and causes as the console writes them", () => {
    const quoted = [...page.replaceAll(/```[\s\S]*?```/g, "").matchAll(/«([^»]+)»/g)].map(([, text = ""]) => text.toLowerCase());
    expect(quoted.filter((text) => !CONSOLE.includes(text) && !OF_OTHERS.has(text))).toEqual([]);
  });
});

it("no page of recipes or site examples links to a file that is not there", () => {
  const known = new Set(Object.keys(examples).map((path) => path.replace("../../docs/", "")));
  const broken = Object.entries(examples).flatMap(([path, text]) => {
    if (!path.endsWith(".md")) return [];
    const here = path.replace("../../docs/", "").split("/").slice(0, -1);
    return [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].flatMap(([, link = ""]) => {
      const parts = [...here];
      for (const part of link.split("/"))
        if (part === "..") parts.pop();
        else parts.push(part);
      const target = parts.join("/");
      return known.has(target) || !/^(site|recipes)\//.test(target) ? [] : [`${path}: ${link}`];
    });
  });
  expect(broken).toEqual([]);
});
