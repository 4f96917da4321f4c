/** «Ссылка устарела»: what a visitor sees at an address that is no link of ours. One response, no script, no cookie. */
const TEXT = {
  ru: ["Ссылка устарела", "Такой ссылки больше нет или в адресе опечатка. Вернитесь туда, где вы её нашли, и попросите новую."],
  en: [
    "This link is gone",
    "There is no such link any more, or its address was mistyped. Go back to where you found it and ask for a new one.",
  ],
} as const;

export function linkGonePage(acceptLanguage: string | null, fallback: "ru" | "en"): string {
  const first = acceptLanguage?.trim().slice(0, 2).toLowerCase();
  const language = first === "ru" || first === "en" ? first : fallback;
  const [title, text] = TEXT[language];
  return (
    `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">` +
    `<title>${title}</title><style>:root{color-scheme:light dark}body{font:17px/1.5 system-ui,sans-serif;max-width:32rem;margin:18vh auto;padding:0 1.25rem}` +
    `h1{font-size:1.4rem}</style><main><h1>${title}</h1><p>${text}</p></main></html>`
  );
}
