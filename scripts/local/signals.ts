/** SIGTERM and SIGINT end everything once; npm passes a signal on and a terminal sends it to the whole group, so it may come twice.
 *  Miniflare's own exit hook would end the process with 143 before anything else is closed: it is taken off here and still runs at exit. */
const PATIENCE_MS = 3_000;

export function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.removeAllListeners(signal);
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      setTimeout(() => process.exit(1), PATIENCE_MS).unref();
      stop().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}
