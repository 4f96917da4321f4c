declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("../src/worker.ts");
  }
  type WorkerEnv = import("../src/env.ts").Env;
  interface Env extends WorkerEnv {
    MIGRATIONS: import("cloudflare:test").D1Migration[];
  }
}

declare module "*?raw" {
  const text: string;
  export default text;
}

interface ImportMeta {
  readonly glob: <T>(
    pattern: string,
    options: { readonly query: "?raw"; readonly import: "default"; readonly eager: true },
  ) => Record<string, T>;
}
