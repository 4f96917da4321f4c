/** The one style sheet of public pages: inline, allowed by its hash. Both colour schemes keep a contrast of 4.5:1; the accent only fills the button,
 *  whose text is black or white, whichever stands out. No motion, no fonts, nothing to load. */

const SHEET =
  ":root{color-scheme:light dark;--f:#1b1d21;--m:#565e69;--e:#b3261e;--l:#858d99;--b:#fff}" +
  "@media(prefers-color-scheme:dark){:root{--f:#eceef1;--m:#a9b1bc;--e:#ff9a90;--l:#7d8590;--b:#17191d}}" +
  "*{box-sizing:border-box}body{margin:0;background:var(--b);color:var(--f);font:1rem/1.5 system-ui,sans-serif}" +
  "main{max-width:24rem;margin:0 auto;padding:2rem 1rem}h1{font-size:1.25rem;margin:0;overflow-wrap:anywhere}p{margin:.5rem 0}" +
  "p,small{color:var(--m);overflow-wrap:anywhere}[role=alert]{color:var(--e)}label{display:block;margin-top:1.5rem;font-weight:600}" +
  "#pin,button{width:100%;min-height:3rem;border-radius:.5rem;font:inherit}" +
  "#pin{border:1px solid var(--l);background:0 0;color:inherit;font-size:1.75rem;letter-spacing:.15em;text-align:center}" +
  "button{margin-top:1rem;border:0;background:ACCENT;color:INK;font-weight:600}" +
  "button[name]{background:0 0;color:inherit;border:1px solid var(--l)}a{color:inherit;display:inline-block;padding:.6rem 0}p>a{display:inline}" +
  ":focus-visible{outline:3px solid var(--f);outline-offset:2px}img{max-height:3rem;max-width:100%}";

const USUAL_ACCENT = "#1f5fbf";

/** `accent` as `#rrggbb` (the configuration allows no other form). One sheet for an accent, so its hash is computed once. */
export const sheet = (accent: string | undefined): string =>
  SHEET.replace("ACCENT", accent ?? USUAL_ACCENT).replace("INK", inkOn(accent ?? USUAL_ACCENT));

/** Black or white, by WCAG relative luminance: one of them always has at least 4.5:1. */
export function inkOn(colour: string): "#000" | "#fff" {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => linear(Number.parseInt(colour.slice(at, at + 2), 16) / 255));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.179 ? "#000" : "#fff";
}

const linear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
