/** SIGTERM and SIGINT end everything once; npm passes a signal on and a terminal sends it to the whole group, so it may come twice.
 *  They are listened to from the first moment: whoever sees the port answer may stop the server at once. */
const SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
const PATIENCE_MS = 3_000;
const WATCH_MS = 200;
const LAUNCHER = process.ppid;

/** npm that was killed alone passes nothing on: a server whose npm is gone stops as if it had been told, rather than keep the port for nobody. */
function onceOrphaned(stop: () => void): void {
  if (process.env["npm_lifecycle_event"] !== "start") return;
  const timer = setInterval(() => {
    if (process.ppid === LAUNCHER) return;
    clearInterval(timer);
    stop();
  }, WATCH_MS);
  timer.unref();
}

export function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const end = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), PATIENCE_MS).unref();
    stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  onceOrphaned(end);
  for (const signal of SIGNALS) process.on(signal, end);
}

/** Miniflare's own exit hook would end the process with 143 before anything else is closed: what it listens to is taken off here; it still
 *  runs at exit. */
export function withoutSignalHooks<T>(make: () => T): T {
  const before = SIGNALS.map((signal) => new Set(process.listeners(signal)));
  const made = make();
  for (const [index, signal] of SIGNALS.entries()) {
    for (const listener of process.listeners(signal)) if (!before[index]?.has(listener)) process.off(signal, listener);
  }
  return made;
}
