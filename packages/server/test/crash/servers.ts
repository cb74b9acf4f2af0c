import { join } from "node:path";
import type { Role } from "#config.ts";
import { type FaultOrder, readHits } from "#test/support/processes/fault-orders.ts";
import type { Ready, ServerProcess } from "#test/support/processes/server-process.ts";
import type { Cluster } from "./cluster.ts";
import { addHits, type Reach } from "./reach.ts";
import type { Spares } from "./spares.ts";

/** Where a server sits: whoever dies there is followed by one with the same port and role. */
export interface Seat {
  readonly role: Role;
  readonly port: number;
}

export interface ServersOptions {
  readonly seats: readonly Seat[];
  /** What every one of them is told. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cluster: Cluster;
  readonly spares: Spares;
  readonly reach: Reach;
  /** For the files in which they count what they reach. */
  readonly folder: string;
}

/** Several servers on one database. */
export interface Servers {
  /** Starts whoever is missing, the first of them with an order. Answers how long the slowest took. */
  revive(order?: FaultOrder | null): Promise<number>;
  /** Tells all who live; the first who gets there obeys. */
  order(order: FaultOrder | null): void;
  /** Opens the API of each of them. */
  token(): string;
  /** Kills those at the seats. */
  kill(seats: readonly Seat[]): Promise<void>;
  /** Resolves when one of those who live now has died. */
  lost(): Promise<void>;
  living(): readonly Seat[];
  /** What they log from now on is no complaint: they have lost their database. */
  excuse(): void;
  /** Errors that were logged although nothing but servers was killed. */
  complaints(): readonly string[];
  end(): Promise<void>;
}

interface Life {
  readonly seat: Seat;
  readonly process: ServerProcess;
  readonly hitsPath: string;
  isExcused: boolean;
}

/** Who lives, and what is known of those who lived. */
interface Crew extends ServersOptions {
  readonly lives: Map<Seat, Life>;
  readonly complaints: string[];
  token: string;
  lifeCount: number;
}

export function createServers(options: ServersOptions): Servers {
  const lives = new Map<Seat, Life>();
  const crew: Crew = { ...options, lives, complaints: [], token: "", lifeCount: 0 };
  const all = () => [...lives.values()];
  const living = () => all().filter(({ process }) => !process.isGone());

  return {
    async revive(order = null) {
      for (const life of all()) if (life.process.isGone()) bury(crew, life);
      const missing = options.seats.filter((seat) => !lives.has(seat));
      const [first, ...others] = missing;
      const startMs: number[] = [];
      // One after the other where one is to die: its database is the others' too.
      if (first !== undefined && order !== null) startMs.push(await fill(crew, first, order));
      const rest = order === null ? missing : others;
      startMs.push(...(await Promise.all(rest.map((seat) => fill(crew, seat, null)))));
      return Math.max(0, ...startMs);
    },
    order(order) {
      for (const { process } of all()) process.order(order);
    },
    token: () => crew.token,
    async kill(doomed) {
      const dying = all().filter(({ seat }) => doomed.includes(seat));
      await Promise.all(dying.map(({ process }) => process.kill()));
    },
    lost: () => Promise.race(all().map(({ process }) => process.gone)),
    living: () => living().map(({ seat }) => seat),
    excuse() {
      for (const life of all()) life.isExcused = true;
    },
    complaints: () => crew.complaints,
    async end() {
      await Promise.all(all().map(({ process }) => process.stop()));
      for (const life of all()) bury(crew, life);
    },
  };
}

/** Starts a server again and again until one is up: orders may kill it, or its database. */
async function fill(crew: Crew, seat: Seat, firstOrder: FaultOrder | null): Promise<number> {
  for (let order = firstOrder; ; order = null) {
    await crew.cluster.ensureUp();
    const life = begin(crew, seat);
    const ready = await started(crew, life, order);
    if (order?.postmaster != null) {
      life.isExcused = true;
      await crew.cluster.kill();
    }
    if (ready !== null) {
      await crew.cluster.ensureUp();
      crew.token = ready.token ?? crew.token;
      return ready.startMs;
    }
    await life.process.kill();
    bury(crew, life);
  }
}

function begin(crew: Crew, seat: Seat): Life {
  crew.lifeCount += 1;
  const hitsPath = join(crew.folder, `hits-${crew.lifeCount}`);
  const life = { seat, process: crew.spares.take(), hitsPath, isExcused: false };
  crew.lives.set(seat, life);
  return life;
}

async function started(crew: Crew, life: Life, order: FaultOrder | null): Promise<Ready | null> {
  const { port, role } = life.seat;
  const environment = { ...crew.environment, PORT: String(port), FARTHING_ROLE: role };
  const { hitsPath } = life;
  return life.process.start({ environment, hitsPath, order }).catch((error: unknown) => {
    // One whose database is killed in its start gives up, and that is right.
    if (order?.postmaster == null) throw error;
    return null;
  });
}

function bury(
  { lives, reach, complaints }: Crew,
  { seat, process, hitsPath, isExcused }: Life,
): void {
  lives.delete(seat);
  addHits(reach, readHits(hitsPath));
  if (!isExcused) complaints.push(...process.complaints());
}
