import { type Role, type RunningServer, readConfig, startServer } from "@farthing/server";
import { EXIT_FAILED, messageOf } from "../failure.ts";
import { aborted, interruptible } from "../interrupt.ts";
import { type Colors, colorsFor } from "../terminal/colors.ts";

/** `farthing start`: runs until it is stopped. */
export async function start({ role }: { readonly role?: Role }): Promise<number> {
  const colors = colorsFor(process.stdout);
  let lose: (reason: Error) => void = () => {};
  const lost = new Promise<Error>((resolve) => {
    lose = resolve;
  });
  const config = readConfig();
  return interruptible(async (signal) => {
    const server = await startServer(role === undefined ? config : { ...config, role }, {
      onPhase: (phase) => console.error(colorsFor(process.stderr).quiet(`  ${phase}`)),
      onLost: (reason) => lose(reason),
    });
    try {
      console.log(await banner(server, colors));
      const reason = await Promise.race([lost, aborted(signal)]);
      if (!(reason instanceof Error)) return 0;
      console.error(`The database is gone: ${messageOf(reason)}`);
      return EXIT_FAILED;
    } finally {
      await server.stop();
    }
  });
}

async function banner(server: RunningServer, colors: Colors) {
  const { url, token, liveTokenPath, database, dataDir } = server;
  if (token === null) return workerBanner(server, colors);
  const example = `${url}/v1/project`;
  const answer = await fetch(example, { headers: { authorization: `Bearer ${token}` } });
  return [
    "",
    colors.bold("Farthing is ready."),
    "",
    `  API        ${url}`,
    `  Reference  ${url}/docs`,
    `  Database   ${database}`,
    `  Data       ${dataDir}`,
    `  Test key   ${token}`,
    `  Live key   in ${liveTokenPath}`,
    "",
    "Try it:",
    "",
    `  curl -s ${example} -H "Authorization: Bearer ${token}"`,
    "",
    colors.quiet("and it answers:"),
    "",
    `  ${await answer.text()}`,
    "",
    "For other commands and the first tour:",
    "",
    `  export FARTHING_URL=${url} FARTHING_TOKEN=${token}`,
    "",
    colors.quiet("Ctrl-C stops it."),
  ].join("\n");
}

function workerBanner({ url, database }: RunningServer, colors: Colors): string {
  return [
    "",
    colors.bold("The worker is ready."),
    "",
    `  Health     ${url}/healthz, ${url}/readyz, ${url}/metrics`,
    `  Database   ${database}`,
    "",
    colors.quiet("Ctrl-C stops it; what it has begun is ended first."),
  ].join("\n");
}
