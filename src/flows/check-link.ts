/** Walks a pasted link hop by hop, as a visitor's browser would, and checks each address. Nothing private is ever called, redirects are not
 *  followed by the platform but judged one by one; our own links are answered from the configuration, so checking counts no click. */
import type { Context } from "../context.ts";
import { type Finding, type LinkCheck, checkLink } from "../domain/link/check.ts";
import { fillClick, spelledOut } from "../domain/link/deep-link.ts";
import { judgeAddress } from "../lib/address-guard.ts";

const MOST_HOPS = 6;
const TIMEOUT_MS = 5_000;
const SAMPLE = "c_0000000000000000";

/** One address of the way. `check` holds what is wrong with the address itself and what its answer means. */
export type Hop = {
  readonly address: string;
  readonly check: LinkCheck;
  /** HTTP status; null = not called (a messenger, or an address that may not be called), 0 = no answer. */
  readonly status: number | null;
  /** Parameters of the address before that did not survive to here. */
  readonly lost: readonly string[];
};

/** Hops in order, the pasted address first; at most six. Needs the network for addresses that are not ours; each call ends within five seconds. */
export async function walkLink(ctx: Context, address: string): Promise<Hop[]> {
  const hops: Hop[] = [];
  let current: string | null = spelledOut(address);
  while (current !== null) {
    const check = checkLink(current);
    const step: Step = check.messenger === null && isAddress(check) ? await callOnce(ctx, current) : { status: null, next: null };
    const lost = lostSince(hops.at(-1)?.address, current);
    const again: boolean = step.next !== null && [...hops.map((hop) => hop.address), current].includes(step.next);
    const found = judgeHop({ ...step, lost, again, long: step.next !== null && hops.length + 1 === MOST_HOPS });
    const own = step.own ? check.findings.filter(({ code }) => code !== "no_marks") : check.findings;
    hops.push({ address: current, check: { ...check, findings: [...own, ...found] }, status: step.status, lost });
    current = again || hops.length === MOST_HOPS ? null : step.next;
  }
  return withClickFate(hops);
}

const isAddress = ({ findings }: LinkCheck): boolean => !findings.some(({ code }) => code === "not_a_url");

/** `own` = a link of ours: its marks stand in the configuration, and its click with what it leads to. */
type Step = { readonly status: number | null; readonly next: string | null; readonly closed?: true; readonly own?: true };

/** What a hop's answer means to whoever pays for the advertisement. Sites that turn programs away (403, 429 …) may well let people in. */
function judgeHop(hop: Step & { readonly lost: readonly string[]; readonly again: boolean; readonly long: boolean }): Finding[] {
  const found: Finding[] = [];
  const { status, lost } = hop;
  if (hop.closed) found.push({ code: "closed_address", level: "error", parameter: "" });
  if (status === 0 || status === 404 || status === 410) found.push({ code: "dead_link", level: "error", parameter: "" });
  else if (status !== null && status >= 400) found.push({ code: "refused_by_site", level: "warning", parameter: String(status) });
  if (hop.again) found.push({ code: "redirect_loop", level: "error", parameter: "" });
  else if (hop.long) found.push({ code: "too_many_redirects", level: "error", parameter: String(MOST_HOPS) });
  if (lost.length > 0) found.push({ code: "lost_parameters", level: "warning", parameter: lost.join(", ") });
  return found;
}

/** A click that set out and did not arrive is the one loss that breaks the funnel. */
function withClickFate(hops: readonly Hop[]): Hop[] {
  const carries = ({ address }: Hop): boolean => /\{click\}|%7Bclick%7D/i.test(address) || address.includes(SAMPLE);
  const broke = hops.findIndex((hop, index) => index > 0 && !carries(hop) && hops.slice(0, index).some(carries));
  return hops.map((hop, index) =>
    index === broke
      ? {
          ...hop,
          check: { ...hop.check, findings: [...hop.check.findings, { code: "lost_click", level: "error", parameter: "" }] },
        }
      : hop,
  );
}

/** One step, by GET and without its body. `status` null = not called (judged closed), 0 = no answer. A link of our own is
 *  followed in the configuration: calling ourselves would count a click. */
async function callOnce(ctx: Context, address: string): Promise<Step> {
  const judged = judgeAddress(fillClick(address, SAMPLE), ctx.settings.local);
  if (!judged.ok) return { status: null, next: null, ...(judged.error === "plain_http" ? {} : { closed: true }) };
  const own = ownLink(ctx, judged.value);
  if (own !== null) return { status: 302, next: own, own: true };
  try {
    const response = await ctx.fetch(judged.value.href, {
      method: "GET",
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    const location = response.headers.get("location");
    const next =
      location === null || response.status < 300 || response.status > 399
        ? null
        : (URL.parse(location, judged.value)?.href ?? null);
    return { status: response.status, next };
  } catch {
    return { status: 0, next: null };
  }
}

/** Where a link of ours leads, by the configuration; only at the configured public address, the one that links carry. */
function ownLink(ctx: Context, url: URL): string | null {
  if (ctx.settings.publicUrl === null || url.origin !== ctx.settings.publicUrl || !url.pathname.startsWith("/r/")) return null;
  return ctx.config.links.get(url.pathname.slice(3).replace(/\/+$/, ""))?.to ?? null;
}

/** Parameters that the step before had. Those of a link of ours are not lost: it keeps them with the click. */
function lostSince(before: string | undefined, now: string): string[] {
  const [was, is] = [before === undefined ? null : URL.parse(before), URL.parse(now)];
  if (!was || !is) return [];
  return [...new Set(was.searchParams.keys())].filter((name) => !is.searchParams.has(name) && !was.pathname.startsWith("/r/"));
}
