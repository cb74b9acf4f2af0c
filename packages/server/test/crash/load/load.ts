import { type Api, Unanswered } from "./api.ts";
import type { Book } from "./book.ts";
import { type Job, type Lane, lanes, type NewJob } from "./job.ts";

/** What is asked at a time, and how much that is new in one life of the server. */
interface LaneWidth {
  readonly workers: number;
  readonly newMax: number;
}

const WIDTHS: Readonly<Record<Lane, LaneWidth>> = {
  usage: { workers: 5, newMax: Number.POSITIVE_INFINITY },
  clock: { workers: 5, newMax: Number.POSITIVE_INFINITY },
  account: { workers: 2, newMax: 5 },
  money: { workers: 1, newMax: 4 },
  change: { workers: 2, newMax: 4 },
  correction: { workers: 1, newMax: 4 },
};

export interface Load {
  /**
   * Asks until `stop` is called and every request has ended: first again what was not answered in an
   * earlier life, then new things. `onAnswer` is told of each job that was answered.
   */
  run(api: Api, onAnswer: (lane: Lane) => void): Promise<void>;
  stop(): void;
  /** Asks what is not answered yet, and `more`, until everything is. */
  finish(api: Api, more: readonly Job[]): Promise<void>;
}

/** The load outlives the server: what one life does not answer is asked in the next one. */
export function createLoad(book: Book, sources: Readonly<Record<Lane, NewJob>>): Load {
  const unanswered: Job[] = [];
  let isStopped = false;

  /** Whether the job was answered. An answer that should not have been given is a problem, not a crash. */
  async function isAnswered(job: Job, api: Api): Promise<boolean> {
    try {
      await job.attempt(api);
    } catch (error) {
      if (error instanceof Unanswered) return false;
      book.problems.push(String(error));
    }
    return true;
  }

  async function attempt(job: Job, api: Api, onAnswer: (lane: Lane) => void): Promise<void> {
    if (await isAnswered(job, api)) onAnswer(job.lane);
    else unanswered.push(job);
  }

  async function work(newJob: NewJob, api: Api, onAnswer: (lane: Lane) => void) {
    while (!isStopped) {
      const job = newJob();
      if (job === null) return;
      await attempt(job, api, onAnswer);
    }
  }

  return {
    async run(api, onAnswer) {
      isStopped = false;
      const again = unanswered.splice(0);
      const running = lanes.flatMap((lane) => {
        const old = again.filter((job) => job.lane === lane);
        const { workers, newMax } = WIDTHS[lane];
        const fresh = atMost(newMax, sources[lane]);
        return [
          // All at once: one that has to wait must not keep the others from being asked.
          ...old.map((job) => attempt(job, api, onAnswer)),
          ...Array.from({ length: workers }, () => work(fresh, api, onAnswer)),
        ];
      });
      await Promise.all(running);
    },
    stop() {
      isStopped = true;
    },
    async finish(api, more) {
      unanswered.push(...more);
      while (unanswered.length > 0) {
        const jobs = unanswered.splice(0);
        await Promise.all(jobs.map((job) => attempt(job, api, () => {})));
      }
    },
  };
}

function atMost(countMax: number, source: NewJob): NewJob {
  let count = 0;
  return () => {
    count += 1;
    return count > countMax ? null : source();
  };
}
