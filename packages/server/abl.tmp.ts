import { execFile } from "node:child_process"; import { promisify } from "node:util";
import { fastify } from "fastify"; import { pino } from "pino"; import { Type } from "typebox"; import { Histogram, Registry } from "prom-client";
import { Closed } from "#platform/http/wire.ts"; import { compileValidator } from "#platform/http/validation.ts"; import { readJsonBodies } from "#platform/http/json-body.ts"; import { requestIds } from "#platform/http/request-id.ts";
import { measureRoute, requestDurations } from "#platform/http/metrics.ts";
const exec = promisify(execFile);
const Body = Closed({ subscription: Type.String({ maxLength: 100 }), metric: Type.String({ minLength: 1, maxLength: 100 }), quantity: Type.String({ pattern: "^-?\\d{1,29}(\\.\\d{1,9})?$" }), reference_id: Type.String({ minLength: 1, maxLength: 200 }), occurred_at: Type.Optional(Type.String()) });
const Result = Type.Object({ status: Type.String(), reference_id: Type.String() });
const handler = async (request: any) => ({ status: "recorded", reference_id: request.body.reference_id });
const payload = JSON.stringify({ subscription: "sub_" + "0".repeat(26), metric: "packages", quantity: "1.5", reference_id: "ref-123456" });
const logger = pino({ level: "info" }, { write() {} });
const plainBody = JSON.parse(JSON.stringify(Body));
const route = (app: any, extra: any = {}) => app.post("/v1/usage", { schema: { body: Body, response: { 200: Result } }, ...extra }, handler);
const variants: Record<string, () => any> = {
  bare: () => { const a = fastify(); route(a); return a; },
  typebox: () => { const a = fastify(); a.setValidatorCompiler(compileValidator as any); route(a); return a; },
  json: () => { const a = fastify(); readJsonBodies(a as any); route(a); return a; },
  ids: () => { const a = fastify({ genReqId: requestIds() as any }); route(a); return a; },
  logger: () => { const a = fastify({ loggerInstance: logger, disableRequestLogging: true } as any); route(a); return a; },
  loggerNoChild: () => { const a = fastify({ loggerInstance: logger, disableRequestLogging: true, childLoggerFactory: (l: any) => l } as any); route(a); return a; },
  onRequest1: () => { const a = fastify(); a.addHook("onRequest", (_r, _p, d) => d()); route(a); return a; },
  onRequest3: () => { const a = fastify(); for (let i = 0; i < 3; i++) a.addHook("onRequest", (_r, _p, d) => d()); route(a); return a; },
  headers3: () => { const a = fastify(); a.addHook("onRequest", (r, p, d) => { p.header("x-request-id", r.id); p.header("x-content-type-options", "nosniff"); p.header("cache-control", "no-store"); d(); }); route(a); return a; },
  headers1: () => { const a = fastify(); a.addHook("onRequest", (r, p, d) => { p.header("x-request-id", r.id); d(); }); route(a); return a; },
  factory: () => { const a = fastify({ childLoggerFactory: () => logger as any }); route(a); return a; },
  onSend: () => { const a = fastify(); a.addHook("onSend", (_r, _p, _b, d) => d()); route(a); return a; },
  onSendTimed: () => { const a = fastify(); a.decorateRequest("startedMs", 0); a.addHook("onRequest", (r, p, d) => { (r as any).startedMs = performance.now(); d(); }); const f = requestDurations(new Registry()).labels("a", "b", "200"); a.addHook("onSend", (r, _p, _b, d) => { f.observe((performance.now() - (r as any).startedMs) / 1000); d(); }); route(a); return a; },
  timedOwn: () => { const a = fastify(); a.decorateRequest("startedMs", 0); a.addHook("onRequest", (r, p, d) => { (r as any).startedMs = performance.now(); d(); }); const buckets = [1, 2, 5, 10, 20, 50]; const counts = new Float64Array(7); let sum = 0; a.addHook("onSend", (r, _p, _b, d) => { const ms = performance.now() - (r as any).startedMs; let i = 0; while (i < 6 && ms > buckets[i]!) i++; counts[i]! += 1; sum += ms; d(); }); route(a); return a; },
  onResponse: () => { const a = fastify(); a.addHook("onResponse", (_r, _p, d) => d()); route(a); return a; },
  metrics: () => { const a = fastify(); a.addHook("onResponse", measureRoute(requestDurations(new Registry()), { method: "POST", url: "/v1/usage" })); route(a); return a; },
};
const names = process.argv.slice(2).length ? process.argv.slice(2) : Object.keys(variants);
const got: Record<string, number[]> = {};
const apps: Record<string, any> = {};
for (const n of names) { apps[n] = variants[n]!(); await apps[n].listen({ port: 0, host: "127.0.0.1" }); got[n] = []; }
async function run(app: any, seconds: number) {
  const { port } = app.server.address(); const before = process.cpuUsage();
  const { stdout } = await exec("node", ["../../node_modules/autocannon/autocannon.js", "-j", "-c", "64", "-d", String(seconds), "-m", "POST", "-H", "content-type=application/json", "-H", `authorization=Bearer ${"x".repeat(80)}`, "-b", payload, `http://127.0.0.1:${port}/v1/usage`]);
  const u = process.cpuUsage(before); const r = JSON.parse(stdout); return (u.user + u.system) / r.requests.total;
}
for (const n of names) await run(apps[n], 1);
for (let i = 0; i < 6; i++) for (const n of names) got[n]!.push(await run(apps[n], 2));
for (const n of names) console.log(n.padEnd(15), Math.min(...got[n]!).toFixed(2), got[n]!.toSorted((a, b) => a - b)[1]!.toFixed(2));
for (const n of names) await apps[n].close();
