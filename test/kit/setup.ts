import { applyD1Migrations } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach } from "vitest";

beforeEach(() => applyD1Migrations(env.DB, env.MIGRATIONS));
