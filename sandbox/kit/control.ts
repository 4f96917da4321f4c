/** The sandbox's own pages under `/_sandbox`: see what arrived, what the vendors remember, set and clear faults. */
import { parseFaultOrder } from "../faults.ts";
import type { Faults } from "../faults.ts";
import type { Call } from "./calls.ts";
import { callsPage } from "./page.ts";
import { parseJson } from "./values.ts";
import { html, json } from "./wire.ts";
import type { SandboxReply, SandboxRequest } from "./wire.ts";

export type Controls = {
  calls: (vendor?: string, since?: number) => Call[];
  faults: Faults;
  vendors: string[];
  /** A snapshot of everything that each vendor remembers, plain JSON. */
  state: () => Record<string, unknown>;
  /** False when there is no such vendor, or it takes nothing. */
  seed: (vendor: string, input: unknown) => boolean;
  /** Forgets calls, faults and all that the vendors remember. */
  reset: () => void;
};

function addFault(request: SandboxRequest, controls: Controls): SandboxReply {
  const order = parseFaultOrder(parseJson(request.body));
  if (order === null) return json({ error: "expected {vendor, match?, fault: {kind, …}, times?}" }, 422);
  if (order.vendor !== undefined && !controls.vendors.includes(order.vendor))
    return json({ error: `no vendor ${order.vendor}` }, 422);
  controls.faults.add(order);
  return json(order, 201);
}

export function answerControl(request: SandboxRequest, controls: Controls): SandboxReply {
  const vendor = request.query["vendor"] || undefined;
  const [page = "", name = ""] = request.segments;
  switch (`${request.method} ${page}`) {
    case "GET ":
      return html(callsPage(controls.calls(vendor), controls.vendors));
    case "GET calls":
      return json(controls.calls(vendor, Number(request.query["since"] ?? 0)));
    case "GET state":
      return json(controls.state());
    case "POST state":
      return controls.seed(name, parseJson(request.body))
        ? json({ ok: true })
        : json({ error: `nothing to seed at «${name}»` }, 404);
    case "GET faults":
      return json(controls.faults.list());
    case "POST faults":
      return addFault(request, controls);
    case "DELETE faults":
      controls.faults.clear();
      return json({ ok: true });
    case "POST reset":
      controls.reset();
      return json({ ok: true });
    default:
      return json({ error: "not found" }, 404);
  }
}
