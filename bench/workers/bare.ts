/** The control's Durable Object: one bare SQLite insert. */
import { DurableObject } from "cloudflare:workers";

export class Bare extends DurableObject {
  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    state.storage.sql.exec("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body BLOB) STRICT");
  }
  async put(body: ArrayBuffer): Promise<number> {
    return this.ctx.storage.sql.exec("INSERT INTO rows (body) VALUES (?1)", body).rowsWritten;
  }
}
