/** `GET /openapi.json`: the whole API as it validates, made when it is asked for. It reads no storage and tells nothing of the configuration, so it
 *  needs no proof. */
import { VERSION } from "../lib/version.ts";
import type { Context } from "../context.ts";
import { originOf } from "./login-fields.ts";
import { openapiDocument } from "./openapi/document.ts";

/** May be read from any page: an editor or a client generator in a browser asks for it. */
export const getOpenapi = (request: Request, ctx: Context): Response =>
  new Response(JSON.stringify(openapiDocument(originOf(ctx, request), VERSION)), {
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "access-control-allow-origin": "*",
    },
  });
