/** Before everything: the schema (`reset` takes it away, hence before every test too), and a network that answers nobody, so that no suite ever calls a vendor. A call that its test did not script is a
 *  failed attempt like any other; the test is not failed by it, because an alarm may make it while a later one runs. */
import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, beforeEach } from "vitest";

globalThis.fetch = async (input) => {
  throw new Error(`no test scripted a call of ${input instanceof Request ? input.url : input.toString()}`);
};

const schema = (): Promise<void> => applyD1Migrations(env.DB, env.MIGRATIONS);
beforeAll(schema);
beforeEach(schema);
