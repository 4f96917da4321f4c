import { exports } from "cloudflare:workers";

export const ADMIN_TOKEN = "test-admin-token-000000000000";
export const ORIGIN = "https://go.example";

/** A call of the operator API with the admin's proof. */
export function operator(method: string, path: string, body?: unknown): Promise<Response> {
  return exports.default.fetch(`${ORIGIN}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** Saves a configuration and insists that it was accepted. */
export async function configure(document: unknown): Promise<void> {
  const response = await operator("PUT", "/v1/config", document);
  if (response.status !== 200) throw new Error(`configuration refused: ${await response.text()}`);
}

/** What wrong guesses are answered until one is refused for their number, 429. They are counted by the minute, and a new one begins wherever it likes. */
export async function guessUntilLimited(guess: (n: number) => Promise<Response>): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n < 400 && statuses.at(-1) !== 429; n += 1) statuses.push((await guess(n)).status);
  return statuses;
}
