/** The four pages of the settings. */
import { type Html, html, trusted } from "../../../lib/markup.ts";
import type { Phrase } from "../../copy.ts";
import type { View } from "../../view.ts";

const TABS = [
  ["", ["Проект", "Project"]],
  ["rules", ["Правила", "Rules"]],
  ["access", ["Ключи, команда, журнал", "Keys, team, log"]],
  ["data", ["Данные и обновление", "Data and updates"]],
] as const satisfies readonly (readonly [string, Phrase])[];

/** `current` is the page's last segment, "" for the first. */
export const settingsTabs = (view: View, current: (typeof TABS)[number][0]): Html =>
  html`<nav class="tabs" aria-label="${view.word("settings")}">
    ${TABS.map(
      ([path, name]) =>
        html`<a href="/console/settings${path && `/${path}`}" ${path === current && trusted(' aria-current="page"')}
          >${view.say(name)}</a
        >`,
    )}
  </nav>`;
