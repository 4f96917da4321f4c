import { chatterfy } from "../chatterfy.ts";
import { getcourse } from "../getcourse.ts";
import { keitaro } from "../keitaro.ts";
import { metabot } from "../metabot.ts";
import { salebot } from "../salebot.ts";
import { site } from "../site.ts";
import { telegram } from "../telegram.ts";
import { parseJson } from "./values.ts";
import type { SandboxReply, SandboxRequest, Vendor } from "./wire.ts";

/** Maps and sets become objects and lists, so that a snapshot is plain JSON. */
function plain(_name: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  return value instanceof Set ? [...value] : value;
}

/** A vendor with its memory closed over, so that all of them fit one table. */
export type Double = {
  answer: (request: SandboxRequest) => SandboxReply;
  unfold: (request: SandboxRequest) => unknown;
  /** False when the vendor takes nothing. */
  seed: (input: unknown) => boolean;
  memory: () => unknown;
  reset: () => void;
};

function open<State>(vendor: Vendor<State>): Double {
  let state = vendor.open();
  return {
    answer: (request) => vendor.answer(request, state),
    unfold: (request) => vendor.unfold?.(request) ?? request.parsed,
    seed: (input) => {
      vendor.seed?.(input, state);
      return vendor.seed !== undefined;
    },
    memory: () => parseJson(JSON.stringify(state, plain)),
    reset: () => {
      state = vendor.open();
    },
  };
}

/** The first path segment of a call chooses among these. */
export function openDoubles(): Map<string, Double> {
  return new Map([
    ["getcourse", open(getcourse)],
    ["salebot", open(salebot)],
    ["chatterfy", open(chatterfy)],
    ["metabot", open(metabot)],
    ["telegram", open(telegram)],
    ["keitaro", open(keitaro)],
    ["site", open(site)],
  ]);
}
