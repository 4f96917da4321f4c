/** What the health check and the API document call themselves; the same as package.json (a test checks). */
export const VERSION = "0.3.0";
