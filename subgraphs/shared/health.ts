import type { Platform } from './platform.ts';

export interface Readiness {
  ready: boolean;
  database: 'ok' | 'down';
  draining: boolean;
  /** What is away without which most is answered all the same. */
  degraded: string[];
}

export interface Health {
  /** From now on not ready: a load balancer sends nothing new here. */
  drain(): void;
  /** Ready when the database answers and we are not on the way out. Other dependencies only degrade. */
  ready(): Promise<Readiness>;
}

/** Longest wait for an answer, in milliseconds. */
const patience = 1_000;

/** @param dependencies by what they are called: whether each is well */
export function createHealth(
  { db }: Pick<Platform, 'db'>,
  dependencies: () => Iterable<readonly [name: string, isWell: boolean | Promise<boolean>]> = () => [],
): Health {
  let draining = false;
  return {
    drain() {
      draining = true;
    },
    async ready() {
      const others = Promise.all(
        [...dependencies()].map(async ([name, isWell]) => ((await inTime(Promise.resolve(isWell))) ? [] : [name])),
      );
      const isUp = await inTime(db.$queryRaw`SELECT 1`.then(() => true));
      const degraded = (await others).flat();
      return { ready: isUp && !draining, database: isUp ? 'ok' : 'down', draining, degraded };
    },
  };
}

/** What was answered; false when nothing was, or too late. */
function inTime(answer: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((done) => {
    timer = setTimeout(() => done(false), patience);
  });
  return Promise.race([answer.catch(() => false), late]).finally(() => clearTimeout(timer));
}
