/** Walks a pasted link hop by hop, as a visitor's browser would, and checks each address. Nothing private is ever called, redirects are not
 *  followed by the platform but judged one by one; our own links are answered from the configuration, so checking counts no click. */
import type { Context } from "../context.ts";
import { type LinkCheck, checkLink } from "../domain/link/check.ts";
import { fillClick } from "../domain/link/deep-link.ts";
import { judgeAddress } from "../lib/address-guard.ts";

const MOST_HOPS = 6;
const TIMEOUT_MS = 5_000;
const SAMPLE = "c_0000000000000000";

export type Hop = {
  readonly address: string;
  readonly check: LinkCheck;
  /** HTTP status; null = not called (a messenger, or an address that may not be called), 0 = no answer. */
  readonly status: number | null;
  /** Parameters of the address before that did not survive to here. */
  readonly lost: readonly string[];
};

export async function walkLink(ctx: Context, address: string): Promise<Hop[]> {
  const hops: Hop[] = [];
  let current: string | null = address.trim();
  while (current !== null && hops.length < MOST_HOPS) {
    const check = checkLink(current);
    const step: { status: number | null; next: string | null } =
      check.messenger === null ? await callOnce(ctx, current) : { status: null, next: null };
    hops.push({ address: current, check, status: step.status, lost: lostSince(hops.at(-1)?.address, current) });
    current = step.next;
  }
  return hops;
}

async function callOnce(ctx: Context, address: string): Promise<{ status: number | null; next: string | null }> {
  const judged = judgeAddress(fillClick(address, SAMPLE), ctx.settings.local);
  if (!judged.ok) return { status: null, next: null };
  const own = ownLink(ctx, judged.value);
  if (own !== null) return { status: 302, next: own };
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

function ownLink(ctx: Context, url: URL): string | null {
  if (ctx.settings.publicUrl === null || url.origin !== ctx.settings.publicUrl || !url.pathname.startsWith("/r/")) return null;
  return ctx.config.links.get(decodeURIComponent(url.pathname.slice(3)))?.to ?? null;
}

function lostSince(before: string | undefined, now: string): string[] {
  const [was, is] = [before === undefined ? null : URL.parse(before), URL.parse(now)];
  if (!was || !is) return [];
  return [...new Set(was.searchParams.keys())].filter((name) => !is.searchParams.has(name) && !was.pathname.startsWith("/r/"));
}
