/** One document, two forms: JSON for programs, a plain page to read and print for `Accept: text/html` or `?format=html`. */
import { PRINT_STYLE } from "../ui/printed.ts";
import { pageAnswer } from "./page-answer.ts";
import { json } from "./problem.ts";

/** `format` wins over `Accept`; the page is made only when it is asked for. */
export async function printedPage(request: Request, document: unknown, page: () => string): Promise<Response> {
  const asked = new URL(request.url).searchParams.get("format");
  const html = asked === null ? (request.headers.get("accept") ?? "").includes("text/html") : asked === "html";
  if (!html) return json(document);
  return pageAnswer({ html: page(), style: PRINT_STYLE, images: false });
}
