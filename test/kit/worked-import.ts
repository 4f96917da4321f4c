/** The worked data set as a test in workerd reads it. */
import source from "../fixtures/funnel-dataset.jsonl?raw";
import { importLines } from "./worked-lines.ts";

export const workedLines = (): string => importLines(source);
