/** A lane that the version before has worked in. */
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { openLoopBreaker } from "../../src/flows/lane/loop-breaker.ts";
import { find, interrupted } from "../../src/flows/lane/queue.ts";
import { createLaneTables } from "../../src/flows/lane/schema.ts";
import { laneStub } from "../kit/lane.ts";

const LEFT = `
  DELETE FROM work; DELETE FROM flights; DELETE FROM said;
  CREATE TABLE contents (id TEXT PRIMARY KEY, content TEXT NOT NULL, created_at INTEGER NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX contents_content ON contents (content, created_at);
  CREATE INDEX work_flying ON work (seq) WHERE state = 'flying';
  INSERT INTO work (id, generation, line, action, created_at, state, head, due_at, attempts, repeatable, sealed, rendered) VALUES
    ('dlv_out', 0, 'a', 'request', 1, 'flying', 1, 1, 2, 0, x'01', x'02'),
    ('dlv_sent', 0, 'b', 'request', 1, 'settled', 0, 1, 1, 1, NULL, NULL);
  INSERT INTO flights (seq, attempts, rendered) SELECT seq, 1, x'09' FROM work WHERE id = 'dlv_sent';
  INSERT INTO contents VALUES ('dlv_3', 'x', 1000, 5), ('dlv_1', 'x', 1000, 5), ('dlv_2', 'x', 1000, 6);`;

it("finds what was out, takes nothing for out that was sent after a roll-back, and goes on counting what was said", async () => {
  await runInDurableObject(laneStub("taken over"), (_lane, { storage: { sql } }) => {
    sql.exec(LEFT);
    createLaneTables(sql);
    createLaneTables(sql);
    expect(interrupted(sql)).toMatchObject([
      { id: "dlv_out", attempts: 2, repeatable: false, rendered: new Uint8Array([2]).buffer },
    ]);
    expect(find(sql, { id: "dlv_sent", generation: 0 })?.state).toBe("settled");
    const loops = openLoopBreaker(sql);
    expect(loops.admits({ id: "dlv_4", createdAt: 2_000 }, "x", 9)).toBe(false);
    expect(loops.admits({ id: "dlv_1", createdAt: 1_000 }, "x", 9)).toBe(true);
    const names = sql
      .exec("SELECT name FROM sqlite_schema WHERE name IN ('contents', 'contents_content', 'work_flying')")
      .toArray();
    expect(names).toEqual([]);
  });
});
