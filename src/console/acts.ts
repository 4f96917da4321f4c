/** What an operator may do from a form: `POST /console/act/<name>`. The router (console.ts) has already asked for a session, its
 *  CSRF token and a key that may change things, and answers 404 to a name that is not here; after an act, done or refused, it
 *  writes who, which act and one id into the log of acts. An act judges its form itself: hidden fields come from the page and may
 *  say anything. */
import { CONFIG_ACTS } from "./acts/config.ts";
import { CONNECTION_ACTS } from "./acts/connection.ts";
import { DELIVERY_ACTS } from "./acts/deliveries.ts";
import { DOCUMENT_ACTS } from "./acts/document.ts";
import { IDENTITY_ACTS } from "./acts/identity.ts";
import { WORKSPACE_ACTS } from "./acts/workspace.ts";
import type { Acts } from "./acts/act.ts";

/** Names are unique over the files: a second one of the same name would silently win. Ask with `Object.hasOwn`, the name is the
 *  sender's. */
export const ACTS: Acts = {
  ...IDENTITY_ACTS,
  ...DELIVERY_ACTS,
  ...CONFIG_ACTS,
  ...CONNECTION_ACTS,
  ...DOCUMENT_ACTS,
  ...WORKSPACE_ACTS,
};
