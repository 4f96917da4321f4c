import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import type { PersonId } from "../../src/lib/ids.ts";
import { readPerson } from "../../src/store/person-reads.ts";
import { feed } from "../kit/feed.ts";
import { emptyGraph, rows } from "../kit/identity-rows.ts";

beforeEach(emptyGraph);

it("a card that cannot show all of six hundred clicks shows every other identifier, the newest first", async () => {
  await feed({ ids: { tg: 1, email: "a@b.ru" } });
  const [person] = await rows<{ id: PersonId }>("SELECT id FROM persons");
  await env.DB.prepare(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
     INSERT INTO identifiers (hash, type, scope, person_id, home_id, proof, sealed, first_seen, last_seen, told_at, event_id)
     SELECT 'h' || i, 'click', '', ?1, ?1, 'inferred', x'00', 9e14 + i, 9e14 + i, 9e14 + i, 'evt_x' FROM n`,
  )
    .bind(person?.id)
    .run();
  const { identifiers } = await readPerson(env.DB, person?.id ?? "per_none");
  expect(identifiers).toHaveLength(500);
  expect(identifiers[0]).toMatchObject({ hash: "h600" });
  expect(
    identifiers
      .slice(-2)
      .map(({ type }) => type)
      .toSorted(),
  ).toEqual(["email", "telegram_id"]);
});
