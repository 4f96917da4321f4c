/** A database that answers late, as one across a network does. Parallel requests against the local runtime alone prove nothing: it answers so fast that a
 *  read and the write that follows it are never interleaved, and even a broken counter passes. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { route } from "../../src/routes.ts";
import type { Fetch } from "./login.ts";
import { bindings } from "./bindings.ts";

const wait = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const LATE = new Set<PropertyKey>(["first", "all", "run", "raw"]);

/** Every operation of `db` takes `ms` on its way there and back, and is told to `heard`. */
export function late(db: D1Database, ms: number, heard: () => void = () => undefined): D1Database {
  const originals = new WeakMap<object, D1PreparedStatement>();
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const proxy = new Proxy(statement, {
      get(target, name) {
        if (name === "bind") return (...values: unknown[]) => wrap(target.bind(...values));
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return LATE.has(name) ? delayed((...given: unknown[]) => Reflect.apply(member, target, given)) : member.bind(target);
      },
    });
    originals.set(proxy, statement);
    return proxy;
  };
  const delayed =
    (act: (...given: unknown[]) => unknown) =>
    async (...given: unknown[]): Promise<unknown> => {
      heard();
      if (ms === 0) return act(...given);
      await wait(ms / 2);
      const answer = await act(...given);
      await wait(ms / 2);
      return answer;
    };
  return new Proxy(db, {
    get(target, name) {
      if (name === "prepare") return (sql: string) => wrap(target.prepare(sql));
      if (name === "batch") {
        return delayed((statements: unknown) =>
          target.batch((statements as D1PreparedStatement[]).map((statement) => originals.get(statement) ?? statement)),
        );
      }
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** A Worker of its own (its own environment, hence its own caches) over the same storage, behind a link of `ms`. */
export function workerBehind(ms: number, heard: () => void = () => undefined): Fetch {
  const slow = { ...bindings, DB: late(bindings.DB, ms, heard) };
  return async (request) => {
    const execution = createExecutionContext();
    const response = await route(request, slow, execution);
    await waitOnExecutionContext(execution);
    return response;
  };
}
