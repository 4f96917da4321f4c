/** «Ссылка устарела»: what a visitor sees at an address that is no link of ours. One response, no script, no cookie. */
import type { Language } from "./copy.ts";
import { type RenderedPage, head } from "./pin-page.ts";

const TEXT = {
  ru: ["Ссылка устарела", "Такой ссылки больше нет или в адресе опечатка. Вернитесь туда, где вы её нашли, и попросите новую."],
  en: [
    "This link is gone",
    "There is no such link any more, or its address was mistyped. Go back to where you found it and ask for a new one.",
  ],
} as const;

const STYLE =
  `:root{color-scheme:light dark}body{font:17px/1.5 system-ui,sans-serif;max-width:32rem;margin:18vh auto;padding:0 1.25rem}` +
  `h1{font-size:1.4rem}`;

/** For visitors, who can do nothing about it but go back to whoever published the link. */
export function linkGonePage(language: Language): RenderedPage {
  const [title, text] = TEXT[language];
  return {
    html: `${head(language, title, STYLE)}<main><h1>${title}</h1><p>${text}</p></main></html>`,
    style: STYLE,
    images: false,
  };
}
