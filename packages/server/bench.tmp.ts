import { fastify } from "fastify";
import { randomBytes } from "node:crypto";
import { Registry } from "prom-client";
import { Type } from "typebox";
import { migrate } from "#platform/db/migrate.ts";
import { openDatabase } from "#platform/db/database.ts";
import { createHttpServer } from "#platform/http/server.ts";
import { createLogger } from "#platform/http/log.ts";
import { createSealer } from "#platform/crypto/sealer.ts";
import { createSecretHasher } from "#platform/crypto/keyed-hash.ts";
import { problemErrors } from "#platform/http/problem.ts";
import { Closed } from "#platform/http/wire.ts";
import { createAuthenticator, issueAccessToken } from "#modules/keys/index.ts";
import { ensureProject } from "#modules/projects/index.ts";
import { idSource } from "#kernel/ids.ts";

const url = "postgres://owner@127.0.0.1:54399/http_dev";
await migrate(url);
const db = openDatabase({ url, connectionsMax: 4 });
const clock = { now: Date.now };
const pepper = "x".repeat(40);
const hasher = createSecretHasher(pepper, "access_token");
const pair = await ensureProject({ db, clock }, { slug: "demo", name: "Demo", keyPrefix: "demo", returnOrigins: [], retryDays: [1] });
const { text } = await db.inProject(pair.live.projectId, (tx) => issueAccessToken(tx, { clock, newId: idSource(clock, Math.random), randomBytes, hasher }, { name: "b", scopes: ["usage:write"], expiresAtMs: null }));
const Body = Closed({ subscription: Type.String({ maxLength: 100 }), metric: Type.String({ minLength: 1, maxLength: 100 }), quantity: Type.String({ pattern: "^-?\\d{1,29}(\\.\\d{1,9})?$" }), reference_id: Type.String({ minLength: 1, maxLength: 200 }), occurred_at: Type.Optional(Type.String()) });
const Result = Type.Object({ status: Type.String(), reference_id: Type.String() });
const handler = async (request: any) => ({ status: "recorded", reference_id: request.body.reference_id });

const bare = fastify();
const { additionalProperties: _, ...plain } = Body as any;
bare.post("/v1/usage", { schema: { body: JSON.parse(JSON.stringify(Body)), response: { 200: JSON.parse(JSON.stringify(Result)) } } }, handler);
await bare.listen({ port: 0, host: "127.0.0.1" });

const ours = await createHttpServer({
  db, clock, authenticate: createAuthenticator({ db, clock, hasher, cacheMs: 2000 }).authenticate,
  sealer: createSealer(pepper, randomBytes), logger: createLogger("info"), metrics: new Registry(), publicUrl: "http://x", version: "0",
  corsOrigins: [], isStarted: () => true,
  surfaces: [{ name: "operator", owns: "/v1", errors: problemErrors, routes: [async (app) => {
    app.post("/v1/usage", { config: { scope: "usage:write", refuses: [], requestLog: "none" }, schema: { operationId: "u", summary: "u", tags: ["u"], body: Body, response: { 200: Result } } }, handler as any);
  }] }],
});
await ours.listen({ port: 0, host: "127.0.0.1" });
const payload = JSON.stringify({ subscription: "sub_" + "0".repeat(26), metric: "packages", quantity: "1.5", reference_id: "ref-123456" });

import { execFile } from "node:child_process"; import { promisify } from "node:util";
const exec = promisify(execFile);
async function run(app: any, seconds = 3) {
  const { port } = app.server.address();
  const before = process.cpuUsage();
  const { stdout } = await exec("node", ["../../node_modules/autocannon/autocannon.js", "-j", "-c", "64", "-d", String(seconds), "-m", "POST", "-H", "content-type=application/json", "-H", `authorization=Bearer ${text}`, "-b", payload, `http://127.0.0.1:${port}/v1/usage`]);
  const used = process.cpuUsage(before);
  const r = JSON.parse(stdout);
  if (r.non2xx) console.log("non2xx", r.non2xx);
  return { rps: r.requests.average, us: (used.user + used.system) / r.requests.total };
}
await run(bare, 2); await run(ours, 2);
const rs: number[] = [], cs: number[] = [];
for (let i = 0; i < Number(process.argv[2] ?? 4); i++) { const a = await run(bare); const b = await run(ours); rs.push(b.rps / a.rps); cs.push(b.us / a.us); console.log(a.rps.toFixed(0), b.rps.toFixed(0), (b.rps / a.rps).toFixed(3), "cpu us/req", a.us.toFixed(2), b.us.toFixed(2), (b.us / a.us).toFixed(3)); }
const med = (x: number[]) => x.toSorted((p, q) => p - q)[Math.floor(x.length / 2)]?.toFixed(3);
console.log("median rps ratio", med(rs), "cpu ratio", med(cs));
await bare.close(); await ours.close(); await db.close();
