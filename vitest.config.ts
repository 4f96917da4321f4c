import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

// The secrets below are bindings of the tests; wrangler would warn once a file that no `.dev.vars` holds them.
process.env["WRANGLER_LOG"] ??= "error";

export default defineConfig({
  plugins: [
    cloudflareTest(async () => ({
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        bindings: {
          ADMIN_TOKEN: "test-admin-token-000000000000",
          SEAL_KEY: "test-seal-key-00000000000000000000",
          LOCAL_MODE: "1",
          LOG_LEVEL: "debug",
          PUBLIC_URL: "https://go.example",
          MIGRATIONS: await readD1Migrations("src/store/migrations"),
        },
      },
    })),
  ],
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/kit/setup.ts"],
    // One runtime for many files: starting one costs more than the tests of most files. `setup.ts` empties it between them.
    isolate: false,
    maxWorkers: 2,
    // Nothing is judged by time: this only ends what hangs, on the slowest machine.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
