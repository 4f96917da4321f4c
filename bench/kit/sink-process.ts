/** A vendor in a process of its own: answers every request after a fixed time and remembers when it came. `GET /seen` tells and forgets.
 *  Anything under /dead is never answered, anything under /refused is refused for good. Times are epoch milliseconds with fractions, the same clock as the sender's. */
import { createServer } from "node:http";

const [LATENCY_MS, PORT] = [Number(process.argv[2] ?? "5"), Number(process.argv[3] ?? "0")];
let seen: [n: number, at: number][] = [];

const server = createServer((request, response) => {
  const at = performance.timeOrigin + performance.now();
  if (request.method === "GET") {
    response.end(JSON.stringify(seen));
    seen = [];
    return;
  }
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    if (request.url?.startsWith("/dead")) return;
    if (request.url?.startsWith("/refused")) return void response.writeHead(400).end();
    const n = Number(/"(?:n|message_id)":"?(\d+)/.exec(Buffer.concat(chunks).toString("utf8"))?.[1] ?? "-1");
    seen.push([n, at]);
    setTimeout(() => response.end('{"status":"success"}'), LATENCY_MS);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(PORT, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`${typeof address === "object" && address ? address.port : 0}\n`);
});
process.on("disconnect", () => process.exit(0));
