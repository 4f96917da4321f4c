/** Vendors behind the gateway, for a whole file of tests. */
import { afterAll, beforeAll, vi } from "vitest";

export type Sent = { readonly url: string; readonly body: string };

/** Every call that leaves is answered with 200 and this body, and stands in the list. */
export function vendorsSay(body = "ok"): Sent[] {
  const sent: Sent[] = [];
  beforeAll(() => {
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const request = new Request(input, init);
      sent.push({ url: request.url, body: await request.text() });
      return new Response(body);
    });
  });
  afterAll(() => void vi.restoreAllMocks());
  return sent;
}
