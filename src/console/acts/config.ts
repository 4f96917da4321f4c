/** Forms that change a part of the document: a link, its cost, the workspace. Each writes its own fields into the newest document
 *  and leaves the others, known to the form or not; what somebody saved in those fields after the page was drawn is not written
 *  over (`seenIn`). */
import { addressOf, withClickPlace } from "../../domain/link/deep-link.ts";
import { UTM } from "../../domain/normalise/utm.ts";
import { recordOf } from "../../lib/record.ts";
import { type Acts, type Form, failed, isShortName, refusalText } from "./act.ts";
import { type Document, listOf, only, saveAct, seenIn, withMember } from "./save.ts";

const utmOf = (form: Form): Record<string, string> =>
  Object.fromEntries(UTM.flatMap((name) => (form(name) === "" ? [] : [[name, form(name)]])));

/** "USD=90, EUR=98.5" as a table of rates. */
const ratesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .replaceAll(/\s*=\s*/g, "=")
      .split(/[;\s]+|,\s+|,(?=[A-Za-z])/)
      .filter(Boolean)
      .map((entry) => {
        const [code = "", rate = ""] = entry.split("=");
        return [code.toUpperCase(), rate.replace(",", ".")];
      }),
  );

/** An empty field takes a UTM mark of a link away, but leaves a field of the workspace as it is (rates aside: none is none).
 *  Prices and rates may be typed with a comma. A day has one cost: a second one replaces it. The judge of the whole document has
 *  the last word on every value. */
export const CONFIG_ACTS: Acts = {
  "add-link": async (view, form) => {
    const slug = form("slug");
    if (!isShortName(slug)) return failed(refusalText(view, "bad_name"));
    if (form("to").trim() === "") return failed(view.say(["скажите, куда ведёт ссылка", "say where the link leads"]));
    if (form("new") !== "0" && view.ctx.config.links.has(slug))
      return failed(view.say(["ссылка {0} уже есть: выберите другое имя", "link {0} exists: choose another name"], slug));
    const address = addressOf(form("target"), form("to"));
    if (address === null)
      return failed(
        view.say([
          "это не имя бота и не телефон: проверьте, куда ведёт ссылка, или вставьте адрес целиком",
          "this is no bot's name and no phone: check where the link leads, or paste the whole address",
        ]),
      );
    const marks = ({ links }: Readonly<Record<string, unknown>>): unknown => only(recordOf(links)[slug], ["to", ...UTM]);
    const isSeen = await seenIn(view, form, marks);
    const change = (document: Document): Document | null =>
      form("new") === "0" && !isSeen(document)
        ? null
        : withMember(document, "links", (links) => {
            const kept = Object.entries(recordOf(links[slug])).filter(([name]) => !name.startsWith("utm_") && name !== "to");
            return { ...links, [slug]: { ...Object.fromEntries(kept), to: withClickPlace(address), ...utmOf(form) } };
          });
    return saveAct(view, `link ${slug}`, change, `/console/links/${slug}`);
  },
  "delete-link": (view, form) => {
    const without = ({ [form("slug")]: _gone, ...links }: Document): Document => links;
    const note = `link ${form("slug")} deleted`;
    return saveAct(view, note, (document) => withMember(document, "links", without), "/console/links");
  },
  "set-cost": async (view, form) => {
    const [slug, day, amount] = [form("slug"), form("day"), form("amount").replace(",", ".")];
    if (!view.ctx.config.links.has(slug)) return failed(refusalText(view, "not_found"));
    const withCost = (links: Document): Document => {
      const link = recordOf(links[slug]);
      const others = listOf(link["costs"]).filter((cost) => recordOf(cost)["day"] !== day);
      return { ...links, [slug]: { ...link, costs: [...others, { day, amount }] } };
    };
    return saveAct(view, `cost ${slug} ${day}`, (document) => withMember(document, "links", withCost));
  },
  "save-workspace": async (view, form) => {
    const texts = ["name", "time_zone", "privacy", "locale"].flatMap((name) =>
      form(name) === "" ? [] : [[name, form(name)] as const],
    );
    const currency = form("currency") === "" ? {} : { currency: form("currency").toUpperCase() };
    const fx = form("part") === "rates" || form("fx") !== "" ? { fx: ratesOf(form("fx")) } : {};
    const days = ["raw_days", "event_days", "waiting_days"].flatMap((name) =>
      form(name) === "" ? [] : [[name, Number(form(name))] as const],
    );
    const names = [
      ...texts.map(([name]) => name),
      ...Object.keys({ ...currency, ...fx }),
      ...(days.length === 0 ? [] : ["retention"]),
    ];
    const isSeen = await seenIn(view, form, ({ workspace }) => only(workspace, names));
    const changed = (saved: Document): Document => ({
      ...saved,
      ...Object.fromEntries<string>(texts),
      ...currency,
      ...fx,
      ...(days.length > 0 && { retention: { ...recordOf(saved["retention"]), ...Object.fromEntries<number>(days) } }),
    });
    return saveAct(view, "workspace", (document) => (isSeen(document) ? withMember(document, "workspace", changed) : null));
  },
};
