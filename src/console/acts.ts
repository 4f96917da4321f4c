/** What an operator may do from a form, by name. */
import { CONFIG_ACTS } from "./acts/config.ts";
import { CONNECTION_ACTS } from "./acts/connection.ts";
import { DELIVERY_ACTS } from "./acts/deliveries.ts";
import { DOCUMENT_ACTS } from "./acts/document.ts";
import { IDENTITY_ACTS } from "./acts/identity.ts";
import { WORKSPACE_ACTS } from "./acts/workspace.ts";
import type { Acts } from "./acts/act.ts";

export const ACTS: Acts = {
  ...IDENTITY_ACTS,
  ...DELIVERY_ACTS,
  ...CONFIG_ACTS,
  ...CONNECTION_ACTS,
  ...DOCUMENT_ACTS,
  ...WORKSPACE_ACTS,
};
