/** Forms as they are posted, and what was typed into a refused one. */
import { readLimited } from "../lib/body/limited.ts";
import { decodeText } from "../lib/body/text.ts";
import { render } from "../lib/markup.ts";
import type { Form } from "./acts/act.ts";

/** Nobody has proved anything yet: room for a long document of settings whose session ended, none for a file of history. */
export const SIGNED_OUT_BYTES = 256 * 1024;

/** A form that also tells a field that was sent empty from one that was not. */
export type PostedForm = Form & { readonly has: (name: string) => boolean };

/** The fields of a form post, a file as its text; null when the body is none or too large. */
export async function formOf(request: Request, maxBytes: number): Promise<PostedForm | null> {
  const bytes = await readLimited(request, maxBytes);
  const headers = { "content-type": request.headers.get("content-type") ?? "" };
  const data = bytes && (await new Response(bytes, { headers }).formData().catch(() => null));
  if (!data) return null;
  const fields = new Map<string, string>();
  for (const [name, value] of data)
    fields.set(name, typeof value === "string" ? value : decodeText(new Uint8Array(await value.arrayBuffer())));
  return Object.assign((name: string) => fields.get(name) ?? "", { has: (name: string) => fields.has(name) });
}

/** What a page writes into every form by itself. */
const OWN = new Set(["csrf", "back", "seen"]);

/** Gives back what was typed to the form it was typed in, on the page that says why it was refused: without scripts it would be lost. The script does
 *  the same where a session ended (assets/script.ts); a chosen file cannot be given back. Of several forms of one act the one with the same hidden
 *  fields is meant; they stand before what is typed, and what its sender has seen after it. A field that was not sent stays as the page has it; the folds that hide what was typed are opened.
 *  The form keeps what its sender has seen, not what its page shows: sent again, it writes over nobody's save either. Values are escaped here:
 *  `setAttribute` escapes the quotation mark alone. */
export async function withTyped(page: Response, action: string, form: PostedForm): Promise<Response> {
  let mine = false;
  let chosen: string | null = null;
  let given = false;
  let folds = 0;
  const around: number[] = [];
  const open = new Set<number>();
  const nameOf = (field: Element): string => field.getAttribute("name") ?? "";
  const sentIn = (field: Element): string => render(form(nameOf(field)));
  const unfold = (): void => {
    for (const fold of around) open.add(fold);
  };
  const typedIn = (field: Element): string | null => {
    if (!mine || !form.has(nameOf(field))) return null;
    if (!given) unfold();
    given = true;
    return sentIn(field);
  };
  const mark = (field: Element, name: "checked" | "selected", on: boolean): void => {
    if (on) field.setAttribute(name, "");
    else field.removeAttribute(name);
  };
  const giveBack = (field: Element, typed: string): void => {
    const type = field.getAttribute("type");
    if (type === "radio" || type === "checkbox") mark(field, "checked", field.getAttribute("value") === typed);
    else if (field.tagName === "textarea") field.setInnerContent(typed, { html: true });
    else {
      if ((field.getAttribute("value") ?? "") !== typed) unfold();
      field.setAttribute("value", typed);
    }
  };
  const filled = new HTMLRewriter()
    .on("details", {
      element: (fold) => {
        around.push(folds++);
        fold.onEndTag(() => {
          around.pop();
        });
      },
    })
    .on("form", {
      element: (element) => {
        given = false;
        mine = element.getAttribute("action") === action;
      },
    })
    .on("form input[type=hidden]", {
      element: (field) => {
        mine &&= OWN.has(nameOf(field)) || field.getAttribute("value") === sentIn(field);
        if (given && nameOf(field) === "seen") field.setAttribute("value", sentIn(field));
      },
    })
    .on("form input:not([type=hidden]):not([type=file]), form textarea", {
      element: (field) => {
        const typed = typedIn(field);
        if (typed !== null) giveBack(field, typed);
      },
    })
    .on("form select", {
      element: (field) => {
        chosen = typedIn(field);
      },
    })
    .on("form select option", {
      element: (option) => {
        if (chosen !== null) mark(option, "selected", option.getAttribute("value") === chosen);
      },
    })
    .transform(page);
  // What is inside a fold stands after its tag.
  const text = await filled.text();
  folds = 0;
  return new HTMLRewriter()
    .on("details", {
      element: (fold) => {
        if (open.has(folds++)) fold.setAttribute("open", "");
      },
    })
    .transform(new Response(text, filled));
}
