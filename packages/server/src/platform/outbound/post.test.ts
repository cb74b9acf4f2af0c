import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { startWebhookReceiver, type WebhookReceiver } from "#test/support/webhook-receiver.ts";
import { createPoster, type Poster, type PosterOptions } from "./post.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function receiver(): Promise<WebhookReceiver> {
  const started = await startWebhookReceiver();
  closers.push(() => started.close());
  return started;
}

function posterWith(options: PosterOptions): Poster {
  const poster = createPoster(options);
  closers.push(() => poster.close());
  return poster;
}

const local = { privateAddresses: "allow" } as const;
const message = { headers: { "webhook-id": "evt_1" }, body: '{"name":"Ada"}' };

describe("a post", () => {
  test("brings its body and headers, and answers the status", async () => {
    const { url, received, answerWith } = await receiver();
    const poster = posterWith(local);
    expect(await poster.post({ url, ...message })).toEqual({
      status: 204,
      error: null,
      retryAfter: null,
    });
    expect(received).toMatchObject([
      {
        path: "/hook",
        body: '{"name":"Ada"}',
        headers: { "webhook-id": "evt_1", "content-type": "application/json" },
      },
    ]);
    answerWith((response) => response.writeHead(503, { "retry-after": "120" }).end("oh no"));
    expect(await poster.post({ url, ...message })).toEqual({
      status: 503,
      error: null,
      retryAfter: "120",
    });
  });

  test("does not follow a redirect", async () => {
    const { url, received, answerWith } = await receiver();
    answerWith((response) => response.writeHead(307, { location: "/elsewhere" }).end());
    expect(await posterWith(local).post({ url, ...message })).toMatchObject({ status: 307 });
    expect(received.map(({ path }) => path)).toEqual(["/hook"]);
  });

  test("gives up when no answer comes in time", async () => {
    const { url, answerWith } = await receiver();
    answerWith(() => undefined);
    const poster = posterWith({ ...local, timeoutMs: 50 });
    expect(await poster.post({ url, ...message })).toEqual({
      status: null,
      error: "no answer in time",
      retryAfter: null,
    });
  });

  test("needs the status only, and cuts an answer that does not end", async () => {
    const { url, answerWith } = await receiver();
    const cut = new Promise<void>((resolve) => {
      answerWith((response) => {
        response.on("close", resolve).writeHead(200);
        const write = (): void => {
          while (response.writable && response.write("x".repeat(4096))) continue;
        };
        response.on("drain", write);
        write();
      });
    });
    expect(await posterWith(local).post({ url, ...message })).toMatchObject({ status: 200 });
    await cut;
  });

  test("says when nobody listens, and when the other side hangs up", async () => {
    const { url, close } = await startWebhookReceiver();
    await close();
    const poster = posterWith(local);
    expect(await poster.post({ url, ...message })).toMatchObject({
      status: null,
      error: "no connection: ECONNREFUSED",
    });

    const rude = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(rude, "listening");
    closers.push(() => rude.close());
    const { port } = rude.address() as AddressInfo;
    const result = await poster.post({ url: `http://127.0.0.1:${port}/`, ...message });
    expect(result.status).toBeNull();
    expect(result.error).toMatch(/^no connection/);
  });

  test("connects anew when a kept connection has been closed meanwhile", async () => {
    const sockets: Socket[] = [];
    let requests = 0;
    const fickle = createServer((socket) => {
      sockets.push(socket);
      let answers = 0;
      socket
        .on("error", () => undefined)
        .on("data", () => {
          requests += 1;
          answers += 1;
          if (answers > 1) socket.resetAndDestroy();
          else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        });
    }).listen(0, "127.0.0.1");
    await once(fickle, "listening");
    closers.push(() => fickle.close());
    const { port } = fickle.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/`;
    const poster = posterWith(local);
    expect(await poster.post({ url, ...message })).toMatchObject({ status: 200 });
    expect(await poster.post({ url, ...message })).toMatchObject({ status: 200 });
    expect(requests).toBe(3);
    expect(sockets).toHaveLength(2);
  });
});
