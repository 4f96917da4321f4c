/** Which language a visitor gets: the address says it, then the browser, then the workspace. */
import { pageLocale } from "../domain/login-url.ts";
import type { Language } from "./copy.ts";

/** `lang`, then OpenID Connect's `ui_locales`, then `Accept-Language` by its weights (RFC 9110 §12.5.4); languages we have no page in are skipped. */
export function languageOf(query: URLSearchParams, headers: Headers, usual: Language): Language {
  const asked = [query.get("lang"), ...(query.get("ui_locales") ?? "").split(" "), ...accepted(headers.get("accept-language"))];
  for (const locale of asked) {
    const language = pageLocale(locale);
    if (language !== null) return language;
  }
  return usual;
}

/** Languages of an Accept-Language header, most wanted first. */
function accepted(header: string | null): string[] {
  return (header ?? "")
    .split(",")
    .slice(0, 20)
    .map((part) => {
      const [name = "", quality = "q=1"] = part.trim().split(/\s*;\s*/, 2);
      return { name, weight: Number(quality.slice(2)) || 0 };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map(({ name }) => name);
}
