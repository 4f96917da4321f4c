/** Counts the platform calls and the D1 rows of what runs between two looks, by standing in front of the D1 client's own methods. */
type Counts = {
  d1Calls: number;
  d1Statements: number;
  rowsRead: number;
  rowsWritten: number;
  inboxCalls: number;
  limiterCalls: number;
};

const counts: Counts = { d1Calls: 0, d1Statements: 0, rowsRead: 0, rowsWritten: 0, inboxCalls: 0, limiterCalls: 0 };
let installed = false;

type Call = (this: unknown, ...given: unknown[]) => unknown;

/** From here on every call is counted. Not to be called while something is timed. */
export function countCalls(env: {
  readonly DB: D1Database;
  readonly INBOX: DurableObjectNamespace;
  readonly PAGE_GETS: RateLimit;
}): void {
  if (installed) return;
  installed = true;
  const statement = env.DB.prepare("SELECT 1");
  for (const name of ["first", "all", "run", "raw"]) {
    wrap(Object.getPrototypeOf(statement), name, () => {
      counts.d1Calls += 1;
      counts.d1Statements += 1;
    });
  }
  wrap(Object.getPrototypeOf(env.DB), "batch", (statements) => {
    counts.d1Calls += 1;
    counts.d1Statements += Array.isArray(statements) ? statements.length : 0;
  });
  wrap(Object.getPrototypeOf(env.INBOX), "get", () => {
    counts.inboxCalls += 1;
  });
  wrap(Object.getPrototypeOf(env.PAGE_GETS), "limit", () => {
    counts.limiterCalls += 1;
  });
}

/** What was counted since the last look. */
export function takeCounts(): Counts {
  const taken = { ...counts };
  for (const name of Object.keys(counts) as (keyof Counts)[]) counts[name] = 0;
  return taken;
}

function wrap(owner: Record<string, Call>, name: string, before: (first: unknown) => void): void {
  const original = owner[name];
  if (!original) return;
  owner[name] = function (this: unknown, ...given: unknown[]): unknown {
    before(given[0]);
    const answer = original.apply(this, given);
    if (answer instanceof Promise) return answer.then(addRows);
    return answer;
  };
}

type Answer = { readonly meta?: { readonly rows_read?: number; readonly rows_written?: number } };

/** `first` and `raw` tell no rows; what they read is small and stays uncounted. */
function addRows<T>(answer: T): T {
  for (const one of (Array.isArray(answer) ? answer : [answer]) as (Answer | null)[]) {
    counts.rowsRead += one?.meta?.rows_read ?? 0;
    counts.rowsWritten += one?.meta?.rows_written ?? 0;
  }
  return answer;
}
