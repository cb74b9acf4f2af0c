import { once } from "node:events";
import { stat } from "node:fs/promises";
import { type AddressInfo, createServer, type LookupFunction, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWebhookReceiver, type WebhookReceiver } from "#test/support/webhook-receiver.ts";
import { createPoster, type Poster, type PosterOptions } from "./post.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function posterWith(options: PosterOptions): Poster {
  const poster = createPoster(options);
  closers.push(() => poster.close());
  return poster;
}

const message = { headers: { "webhook-id": "evt_1" }, body: '{"name":"Ada"}' };
const OK = "HTTP/1.1 200 OK\r\n";

/** Something that takes connections and does with them what it likes. */
async function rogue(onRequest: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    socket.once("data", () => onRequest(socket));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, sockets };
}

/** Writes text again and again, as fast as it is taken. */
function pour(socket: Socket, text: string): void {
  const write = (): void => {
    while (socket.writable && socket.write(text)) continue;
  };
  socket.on("drain", write);
  write();
}

/** Writes a piece at a time, never silent for long: only a limit to the whole exchange ends that. */
async function drip(socket: Socket, piece: string): Promise<void> {
  socket.setNoDelay();
  while (socket.writable) {
    socket.write(piece);
    // As slow as a look at the disk: a few thousand pieces in a second.
    await stat(import.meta.filename);
  }
}

/** Not `once` of node:events, which takes a reset connection for its own failure. */
const closed = (socket: Socket) => new Promise<unknown>((resolve) => socket.on("close", resolve));

describe("a receiver that", () => {
  test.each([
    {
      does: "takes its time, like 30 seconds",
      onRequest: () => undefined,
      result: { status: null, error: "no answer in time" },
    },
    {
      does: "answers nonsense, one byte at a time",
      onRequest: (socket: Socket) => void drip(socket, "H"),
      result: { status: null, error: "no HTTP answer: HPE_INVALID_CONSTANT" },
    },
    {
      does: "sends its headers one byte at a time",
      onRequest: (socket: Socket) => {
        socket.write(`${OK}x-slow: `);
        void drip(socket, "z");
      },
      result: { status: null, error: "no answer in time" },
    },
    {
      does: "sends its body one byte at a time",
      onRequest: (socket: Socket) => {
        socket.write(`${OK}content-length: 100000\r\n\r\n`);
        void drip(socket, "z");
      },
      result: { status: 200, error: null },
    },
    {
      does: "never ends its body",
      onRequest: (socket: Socket) => {
        socket.write(`${OK}\r\n`);
        pour(socket, "z".repeat(4096));
      },
      result: { status: 200, error: null },
    },
    {
      does: "never ends its headers",
      onRequest: (socket: Socket) => {
        socket.write(OK);
        pour(socket, `x-more: ${"z".repeat(4096)}\r\n`);
      },
      result: { status: null, error: "no HTTP answer: HPE_HEADER_OVERFLOW" },
    },
    {
      does: "promises an answer for ever",
      onRequest: (socket: Socket) => void drip(socket, "HTTP/1.1 102 Processing\r\n\r\n"),
      result: { status: null, error: "no answer in time" },
    },
    {
      does: "speaks something else",
      onRequest: (socket: Socket) => socket.write("220 mail.example ESMTP\r\n"),
      result: { status: null, error: "no HTTP answer: HPE_INVALID_CONSTANT" },
    },
    {
      does: "wants to switch to another protocol",
      onRequest: (socket: Socket) =>
        socket.write(
          "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        ),
      result: { status: null, error: "no connection" },
    },
  ])("$does has a result in time, and its connection is cut", async ({ onRequest, result }) => {
    const { url, sockets } = await rogue(onRequest);
    const poster = posterWith({ privateAddresses: "allow", timeoutMs: 200 });
    const startedMs = performance.now();
    expect(await poster.post({ url, ...message })).toMatchObject(result);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    await Promise.all([...sockets].map((socket) => closed(socket)));
  });

  test("redirects to this machine is not followed there", async () => {
    const inside = await startWebhookReceiver();
    const outside = await startWebhookReceiver();
    closers.push(
      () => inside.close(),
      () => outside.close(),
    );
    outside.answerWith((response) => response.writeHead(302, { location: inside.url }).end());
    const poster = posterWith({ privateAddresses: "allow" });
    expect(await poster.post({ url: outside.url, ...message })).toMatchObject({ status: 302 });
    expect(inside.received).toEqual([]);
  });
});

describe("with private addresses refused", () => {
  const refused = { status: null, error: "the address is not public", retryAfter: null };
  let inside: WebhookReceiver;
  beforeEach(async () => {
    inside = await startWebhookReceiver();
    closers.push(() => inside.close());
  });

  test.each([
    { host: "127.0.0.1", because: "it is this machine" },
    { host: "localhost", because: "the name leads to this machine" },
    { host: "LOCALHOST", because: "it is that name, in capitals" },
    { host: "127.1", because: "it is this machine, in short" },
    { host: "2130706433", because: "it is this machine in decimal" },
    { host: "017700000001", because: "it is this machine in octal" },
    { host: "0177.0.0.1", because: "it is this machine, one part in octal" },
    { host: "0x7f000001", because: "it is this machine in hexadecimal" },
    { host: "0x7f.1", because: "it is this machine, half in hexadecimal" },
    { host: "127.0.0.1.", because: "it is this machine with a dot behind it" },
    { host: "%31%32%37.0.0.1", because: "it is this machine, escaped" },
    { host: "①②⑦.⓪.⓪.①", because: "it is this machine in other digits" },
    { host: "127。0。0。1", because: "it is this machine with other dots" },
    { host: "127.255.255.254", because: "it is this machine by another of its addresses" },
    { host: "0.0.0.0", because: "it is any address of this machine" },
    { host: "0", because: "it is any address of this machine, in short" },
    { host: "[::1]", because: "it is this machine in IPv6" },
    { host: "[0:0:0:0:0:0:0:1]", because: "it is this machine in IPv6, in full" },
    { host: "[::]", because: "it is any address of this machine in IPv6" },
    { host: "[::ffff:127.0.0.1]", because: "it is this machine, mapped" },
    { host: "[::ffff:7f00:1]", because: "it is this machine, mapped, in hexadecimal" },
    { host: "[::127.0.0.1]", because: "it is this machine, in the old form" },
    { host: "[::ffff:0:127.0.0.1]", because: "it is this machine, translated" },
    { host: "[64:ff9b::127.0.0.1]", because: "it is this machine through NAT64" },
    { host: "[64:ff9b:1::127.0.0.1]", because: "it is this machine through a local NAT64" },
    { host: "[2002:7f00:1::]", because: "it is this machine through 6to4" },
    { host: "[2001:0:0:0:0:0:80ff:fffe]", because: "it is this machine through Teredo" },
    { host: "10.0.0.1", because: "it is a private network" },
    { host: "172.16.0.1", because: "it is a private network" },
    { host: "192.168.1.1", because: "it is a private network" },
    { host: "100.64.0.1", because: "it is a provider's own network" },
    { host: "169.254.169.254", because: "it is a cloud's metadata" },
    { host: "0xa9fea9fe", because: "it is a cloud's metadata in hexadecimal" },
    { host: "[fd00:ec2::254]", because: "it is a cloud's metadata in IPv6" },
    { host: "[fe80::1]", because: "it is this link" },
    { host: "[fec0::1]", because: "it is this site" },
    { host: "224.0.0.1", because: "it is many machines" },
    { host: "255.255.255.255", because: "it is all machines" },
    { host: "[4000::1]", because: "nobody has that address" },
  ])("$host is not connected to: $because", async ({ host }) => {
    const poster = posterWith({ privateAddresses: "refuse", timeoutMs: 5000 });
    for (const scheme of ["http", "https"]) {
      const url = `${scheme}://${host}:${inside.port}/`;
      expect(await poster.post({ url, ...message })).toEqual(refused);
    }
    expect(inside.received).toEqual([]);
  });

  /** Names whose addresses are given one answer after another, and how often they were asked for. */
  function namesWith(...answers: readonly (readonly string[])[]) {
    let asked = 0;
    const lookup: LookupFunction = (_hostname, options, callback) => {
      const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
      asked += 1;
      const found = addresses.map((address) => ({
        address,
        family: address.includes(":") ? 6 : 4,
      }));
      if (options.all === true) callback(null, found);
      else callback(null, found[0]?.address ?? "", found[0]?.family);
    };
    return { lookup, askedCount: () => asked };
  }

  test.each([
    { addresses: ["127.0.0.1"], because: "it is this machine" },
    { addresses: ["::ffff:10.0.0.1"], because: "it is a private network, mapped" },
    { addresses: ["::10.0.0.1"], because: "it is a private network, in the old form" },
    { addresses: ["2000::1", "127.0.0.1"], because: "one of them is" },
    { addresses: ["127.0.0.1", "2000::1"], because: "one of them is" },
  ])("a name for $addresses is not connected to: $because", async ({ addresses }) => {
    const { lookup } = namesWith(addresses);
    const poster = posterWith({ privateAddresses: "refuse", lookup });
    const url = `http://hooks.example:${inside.port}/`;
    expect(await poster.post({ url, ...message })).toEqual(refused);
    expect(inside.received).toEqual([]);
  });

  test("a name that changes its answer is asked once, and what was judged is connected to", async () => {
    // 2000::1 counts as public and belongs to nobody, so that no test leaves this machine.
    const { lookup, askedCount } = namesWith(["2000::1"], ["127.0.0.1"]);
    const poster = posterWith({ privateAddresses: "refuse", lookup, timeoutMs: 100 });
    const url = `http://hooks.example:${inside.port}/`;
    const first = await poster.post({ url, ...message });
    expect(first.status).toBeNull();
    expect(first.error).not.toBe(refused.error);
    expect(askedCount()).toBe(1);

    expect(await poster.post({ url, ...message })).toEqual(refused);
    expect(askedCount()).toBe(2);
    expect(inside.received).toEqual([]);
  });

  test("the same name is let through by the judge when its answer is this machine and that is allowed", async () => {
    const { lookup } = namesWith(["127.0.0.1"]);
    const poster = posterWith({ privateAddresses: "allow", lookup });
    const url = `http://hooks.example:${inside.port}/`;
    expect(await poster.post({ url, ...message })).toMatchObject({ status: 204 });
    expect(inside.received).toHaveLength(1);
  });
});
