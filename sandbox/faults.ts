/** The ways a vendor fails, set from outside and used up in the order they were set.
 *  A fault strikes before the vendor acts, unless it says `after`: then the vendor has applied the call and only the answer is lost, the case that
 *  no sender can tell from a call that never arrived. Pure: the server does the waiting and the cutting. */
import { fieldsOf, isTrue, textOf, textsOf } from "./kit/values.ts";
import type { SandboxReply } from "./kit/wire.ts";

/** `slow` waits `ms` and then answers truly · `hang` never answers · `reset` cuts the connection after reading the call · `refuse` cuts it at the head,
 *  unread (so it can match by path only) · `half` announces more body than it sends, then cuts · `lie` is HTTP 200 with a body of one's choice. */
export type Fault = { after?: boolean } & (
  | { kind: "slow"; ms: number }
  | { kind: "hang" | "reset" | "refuse" }
  | { kind: "half"; body?: string }
  | { kind: "lie"; body: string; content_type?: string }
  | { kind: "redirect"; location: string; status?: number }
  | {
      kind: "status";
      status: number;
      body?: string;
      headers?: Record<string, string>;
      retry_after_seconds?: number;
      /** `date` sends the same wait as an HTTP date. */
      retry_after_form?: "seconds" | "date";
    }
);
export type FaultKind = Fault["kind"];

/** `vendor` left out means every vendor; `times` left out means until cleared. */
export type FaultOrder = {
  vendor?: string;
  match?: { path?: string; body?: string };
  fault: Fault;
  times?: number;
};

export type Faults = {
  /** Answers with the way to take back what is left of it. */
  add: (order: FaultOrder) => () => void;
  /** The fault that strikes this call, spent by being taken. `body: null` asks at the head of a call, where only `refuse` strikes. */
  take: (target: { vendor: string; path: string; body: string | null }) => Fault | null;
  list: () => FaultOrder[];
  clear: () => void;
};

export function openFaults(): Faults {
  let orders: FaultOrder[] = [];
  return {
    add: (order) => {
      const own = { ...order };
      orders.push(own);
      return () => {
        orders = orders.filter((other) => other !== own);
      };
    },
    take: ({ vendor, path, body }) => {
      const order = orders.find(
        (candidate) =>
          (candidate.vendor ?? vendor) === vendor &&
          (candidate.fault.kind === "refuse") === (body === null) &&
          path.includes(candidate.match?.path ?? "") &&
          (body ?? "").includes(candidate.match?.body ?? ""),
      );
      if (order === undefined) return null;
      if (order.times !== undefined) order.times -= 1;
      orders = orders.filter((left) => left.times === undefined || left.times > 0);
      return order.fault;
    },
    list: () => orders,
    clear: () => {
      orders = [];
    },
  };
}

function statusHeaders(fault: Fault & { kind: "status" }, now: number): Record<string, string> {
  const headers = { "content-type": "text/plain; charset=utf-8", ...fault.headers };
  const seconds = fault.retry_after_seconds;
  if (seconds === undefined) return headers;
  const date = new Date(now + seconds * 1000).toUTCString();
  return { ...headers, "retry-after": fault.retry_after_form === "date" ? date : String(seconds) };
}

/** What goes on the wire instead of the truth; null where nothing complete does. `truth` is null when the vendor did not act. */
export function distort(fault: Fault, truth: SandboxReply | null, now: number): SandboxReply | null {
  switch (fault.kind) {
    case "slow":
      return truth;
    case "hang":
    case "reset":
    case "refuse":
      return null;
    case "half":
      return {
        status: 200,
        headers: { "content-type": "application/json" },
        body: fault.body ?? truth?.body ?? '{"success":"true","result":{"succ',
      };
    case "lie":
      return {
        status: 200,
        headers: { "content-type": fault.content_type ?? "application/json; charset=utf-8" },
        body: fault.body,
      };
    case "redirect":
      return { status: fault.status ?? 302, headers: { location: fault.location }, body: "" };
    case "status":
      return { status: fault.status, headers: statusHeaders(fault, now), body: fault.body ?? "" };
  }
}

function parseFault(input: unknown): Fault | null {
  const { after, kind, ...rest } = fieldsOf(input);
  const timing = isTrue(after) ? { after: true } : {};
  const body = typeof rest["body"] === "string" ? { body: rest["body"] } : {};
  switch (kind) {
    case "slow":
      return { kind, ms: Number(rest["ms"] ?? 0), ...timing };
    case "hang":
    case "reset":
    case "refuse":
      return { kind, ...timing };
    case "half":
      return { kind, ...body, ...timing };
    case "lie": {
      const type = textOf(rest["content_type"]);
      return { kind, body: "", ...body, ...(type === "" ? {} : { content_type: type }), ...timing };
    }
    case "redirect": {
      const status = rest["status"] === undefined ? {} : { status: Number(rest["status"]) };
      return { kind, location: textOf(rest["location"]), ...status, ...timing };
    }
    case "status": {
      const seconds = rest["retry_after_seconds"];
      return {
        kind,
        status: Number(rest["status"] ?? 500),
        headers: Object.fromEntries(textsOf(rest["headers"])),
        retry_after_form: rest["retry_after_form"] === "date" ? "date" : "seconds",
        ...(seconds === undefined ? {} : { retry_after_seconds: Number(seconds) }),
        ...body,
        ...timing,
      };
    }
    default:
      return null;
  }
}

/** Null when the order names no known kind of fault or holds a number that is none. */
export function parseFaultOrder(input: unknown): FaultOrder | null {
  const order = fieldsOf(input);
  const fault = parseFault(order["fault"]);
  if (fault === null || Object.values(fault).some(Number.isNaN)) return null;
  const times = order["times"] === undefined ? {} : { times: Number(order["times"]) };
  if (Number.isNaN(times.times)) return null;
  const match = fieldsOf(order["match"]);
  const vendor = textOf(order["vendor"]);
  return {
    ...(vendor === "" ? {} : { vendor }),
    match: { path: textOf(match["path"]), body: textOf(match["body"]) },
    fault,
    ...times,
  };
}
