/** Somebody else's web server, on `localhost` while the gateway is on 127.0.0.1: another site to a browser. It serves what it is told and keeps what it
 *  was asked, with the Referer. */
import { createServer } from "node:http";

export type Heard = { readonly path: string; readonly referer: string | undefined };

export type ForeignSite = {
  readonly origin: string;
  readonly pages: Map<string, string>;
  readonly heard: Heard[];
  readonly close: () => Promise<void>;
};

/** Serves what stands in `pages` under a path, else an empty page. */
export async function startForeignSite(): Promise<ForeignSite> {
  const pages = new Map<string, string>();
  const heard: Heard[] = [];
  const server = createServer((asked, answer) => {
    const path = (asked.url ?? "/").split("?", 1)[0] ?? "/";
    heard.push({ path, referer: asked.headers.referer });
    answer.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    answer.end(pages.get(path) ?? "<!doctype html><title>a page</title>");
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, resolve);
  await listening;
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    origin: `http://localhost:${port}`,
    pages,
    heard,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
