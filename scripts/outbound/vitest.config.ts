import { defineConfig } from "vitest/config";

/** Journeys against the product as `npm start` serves it: one server and one set of vendor doubles per file, files one after another. */
export default defineConfig({
  test: {
    include: ["scripts/outbound/*.test.ts"],
    environment: "node",
    fileParallelism: false,
    maxConcurrency: 20,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
