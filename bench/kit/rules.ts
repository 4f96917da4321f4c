/** Twenty rules of which one sends every message to `vendor`, one every stop to `dead` where there is such a connection, and eighteen look and pass. */
export function twentyRules(body: Readonly<Record<string, string>>, stopsTo = "vendor"): unknown[] {
  const send = { to: "vendor", action: "request", with: { body } };
  const passing = Array.from({ length: 18 }, (_none, n) => ({
    name: `never ${n}`,
    on: n % 2 === 0 ? "message" : ["message", "payment"],
    if: { "event.message": `word ${n}` },
    do: [send],
  }));
  return [
    ...passing,
    { name: "messages", on: "message", do: [send] },
    { name: "stops", on: "stop", do: [{ ...send, to: stopsTo }] },
  ];
}
