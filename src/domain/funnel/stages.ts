/** The stages of the path and the two templates that choose among them. A stage is reached by its first qualifying event; `login` is optional, so
 *  no later stage is measured against it. Pure data. */
export const STAGES = ["click", "bot_start", "registration", "login", "order", "sale", "resale"] as const;
/** Also a column of `report_people`, with `_at` behind it. */
export type Stage = (typeof STAGES)[number];

/** A school teaches behind a login and sells by orders; an affiliate's people register and pay at the network. */
export const TEMPLATES = {
  school: STAGES,
  affiliate: ["click", "bot_start", "registration", "sale", "resale"],
} as const satisfies Record<string, readonly Stage[]>;
/** Chosen per report; nothing is stored by it. */
export type Template = keyof typeof TEMPLATES;

/** A set of reached stages as bits, in the order of STAGES. */
export const bitOf = (stage: Stage): number => 1 << STAGES.indexOf(stage);
/** Whether a mask of `bitOf` holds the stage. */
export const reached = (mask: number, stage: Stage): boolean => (mask & bitOf(stage)) !== 0;

/** The stage a step is measured from: the nearest earlier one of the template that is not optional. null for the first. */
export function previousStage(template: Template, stage: Stage): Stage | null {
  const stages: readonly Stage[] = TEMPLATES[template];
  const earlier = stages.slice(0, stages.indexOf(stage)).filter((candidate) => candidate !== "login");
  return earlier.at(-1) ?? null;
}
