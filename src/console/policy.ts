import { EVERY_PAGE } from "../ui/page-headers.ts";

/** Headers of every page of the console: nothing from outside, nothing inline, nobody may frame it or keep it. */
export const CONSOLE_POLICY = {
  ...EVERY_PAGE,
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
} as const;
