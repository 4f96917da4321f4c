/** wrangler.toml is the one place that names bindings and numbers; the local server reads them from it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "smol-toml";
import * as z from "zod/mini";

export const ROOT = join(import.meta.dirname, "..", "..");

const Binding = z.object({ binding: z.string() });
const Shape = z.object({
  compatibility_date: z.string(),
  d1_databases: z.tuple([z.extend(Binding, { migrations_dir: z.string() })]),
  kv_namespaces: z.array(Binding),
  durable_objects: z.object({ bindings: z.array(z.object({ name: z.string(), class_name: z.string() })) }),
  ratelimits: z.array(
    z.object({
      name: z.string(),
      namespace_id: z.string(),
      simple: z.object({ limit: z.number(), period: z.literal([10, 60]) }),
    }),
  ),
  triggers: z.object({ crons: z.array(z.string()) }),
});

export type WranglerFile = z.infer<typeof Shape>;

/** Throws where the file lacks what the local server needs. */
export const readWranglerFile = (): WranglerFile => Shape.parse(parse(readFileSync(join(ROOT, "wrangler.toml"), "utf8")));

/** Names that a line of `--vars` must not take. */
export const bindingNames = (file: WranglerFile): Set<string> =>
  new Set([
    ...file.d1_databases.map(({ binding }) => binding),
    ...file.kv_namespaces.map(({ binding }) => binding),
    ...file.durable_objects.bindings.map(({ name }) => name),
    ...file.ratelimits.map(({ name }) => name),
    "MIGRATIONS",
  ]);
