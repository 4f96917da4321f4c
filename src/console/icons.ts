/** Icons as one sprite of strokes; a status is always icon, word and colour together. */
import { type Html, trusted } from "../lib/markup.ts";

const PATHS = {
  overview: "M2 8l6-5 6 5M4 7v6h8V7",
  events: "M2 8h3l2-5 3 10 2-5h2",
  people: "M8 8a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM3 14c.5-3 2.500-4 5-4s4.500 1 5 4",
  funnel: "M2 3h12L9.500 8.500V14l-3-2V8.500z",
  links: "M6.500 9.500l3-3M7 5l2-2a2.800 2.800 0 014 4l-2 2M9 11l-2 2a2.800 2.800 0 01-4-4l2-2",
  connections: "M5 2v4M11 2v4M3.500 6h9v2a4.500 4.500 0 01-9 0zM8 12.500V15",
  problems: "M8 2l6.500 12h-13zM8 6.500v3M8 11.800v.1",
  settings: "M2 4h8M13 4h1M2 12h1M6 12h8M10 2.500v3M4 10.500v3M2 8h4M9 8h5M7.500 6.500v3",
  ok: "M3 8.500l3 3 7-7",
  wait: "M8 14A6 6 0 108 2a6 6 0 000 12zM8 5v3.500l2 1",
  bad: "M4 4l8 8M12 4l-8 8",
  warn: "M8 3v6M8 12v.2",
  echo: "M3 6h8l-2-2M13 10H5l2 2",
  bot: "M3 6h10v7H3zM8 6V3M6 9.200v.6M10 9.200v.6",
  school: "M1.500 6L8 3l6.500 3L8 9zM4 7.500V11c2 1.700 6 1.700 8 0V7.500",
  tracker: "M8 14A6 6 0 108 2a6 6 0 000 12zM8 11a3 3 0 100-6 3 3 0 000 6zM8 8v.1",
  network: "M8 2v12M11 4.500c-1.500-1-5.500-1-5.500 1.200S11 8 11 10.300 6.500 12.700 5 11.300",
  site: "M2 3h12v10H2zM2 6h12",
  key: "M9.500 6.500a3 3 0 11-6 0 3 3 0 016 0zM9 8l5 5M12 11l1.500-1.500",
  star: "M8 2l1.800 3.800 4.200.500-3.100 2.900.800 4.100L8 11.300l-3.700 2 .8-4.100L2 6.300l4.200-.5z",
  eye: "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8zM8 9.500a1.500 1.500 0 100-3 1.500 1.500 0 000 3z",
} as const;

/** An icon there is a drawing of: a missing one is a type error, not an empty place. */
export type IconName = keyof typeof PATHS;

/** Hidden from screen readers: the word beside it says the same. */
export const icon = (name: IconName): Html =>
  trusted(`<svg class="i" viewBox="0 0 16 16" aria-hidden="true"><path d="${PATHS[name]}"/></svg>`);
