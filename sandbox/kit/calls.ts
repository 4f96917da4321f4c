import type { FaultKind } from "../faults.ts";
import type { SandboxReply, SandboxRequest } from "./wire.ts";

/** One call as it arrived. Listed from the moment its body is read, so a call that hangs is seen too: its `reply` is null until something is sent.
 *  `applied` says whether the vendor acted on it; a reply with status 0 is a connection that was cut. */
export type Call = {
  seq: number;
  at: number;
  vendor: string;
  method: string;
  target: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
  parsed: unknown;
  fault: FaultKind | null;
  applied: boolean;
  reply: { status: number; body: string } | null;
};

export type CallLog = {
  record: (vendor: string, request: SandboxRequest, fault: FaultKind | null) => Call;
  list: (vendor?: string, since?: number) => Call[];
  clear: () => void;
};

export function answered(call: Call, reply: SandboxReply): void {
  call.reply = { status: reply.status, body: reply.body };
}

export function cutOff(call: Call): void {
  call.reply = { status: 0, body: "" };
}

/** Keeps the newest `capacity` calls; `seq` goes on growing over a `clear`, so a reader's `since` never sees an old number again. */
export function openCallLog(capacity: number): CallLog {
  const calls: Call[] = [];
  let seq = 0;
  return {
    record: (vendor, request, fault) => {
      const { at, method, target, path, query, headers, body, parsed } = request;
      seq += 1;
      const seen = { at, method, target, path, query, headers, body, parsed };
      const call: Call = { seq, vendor, ...seen, fault, applied: false, reply: null };
      calls.push(call);
      if (calls.length > capacity * 1.1) calls.splice(0, calls.length - capacity);
      return call;
    },
    list: (vendor, since = 0) => calls.filter((call) => call.seq > since && (vendor === undefined || call.vendor === vendor)),
    clear: () => calls.splice(0),
  };
}
