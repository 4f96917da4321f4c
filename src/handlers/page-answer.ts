/** A page for a browser as an answer, under the headers of every public page. */
import { type Language, PAGE_COPY } from "../ui/copy.ts";
import { pageHeaders } from "../ui/page-headers.ts";
import { type RenderedPage, renderNotice } from "../ui/pin-page.ts";

/** `formTargets`: origins a form of the page may end up at besides our own. */
export type PageAnswer = {
  readonly status?: number;
  readonly formTargets?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
};

/** The page as it was rendered, 200 unless said otherwise. */
export async function pageAnswer(
  page: RenderedPage,
  { status = 200, formTargets = [], headers = {} }: PageAnswer = {},
): Promise<Response> {
  const all = await pageHeaders({ style: page.style, formTargets, images: page.images });
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return new Response(page.html, { status, headers: all });
}

/** A page of one sentence, and perhaps a form under it. */
export const noticeAnswer = (
  language: Language,
  text: keyof (typeof PAGE_COPY)["ru"],
  { form = "", ...answer }: PageAnswer & { readonly form?: string },
): Promise<Response> => pageAnswer(renderNotice(language, PAGE_COPY[language][text], form), answer);
