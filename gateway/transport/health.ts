import type { Platform } from '../../subgraphs/shared/platform.ts';

export interface Health {
  /** From now on not ready: a load balancer sends nothing new here. */
  drain(): void;
  /** Ready when the database answers and we are not on the way out. Other dependencies only degrade. */
  ready(): Promise<{ ready: boolean; database: 'ok' | 'down'; draining: boolean }>;
}

/** Longest wait for the database's answer, in milliseconds. */
const patience = 1_000;

export function createHealth({ db }: Platform): Health {
  let draining = false;
  return {
    drain() {
      draining = true;
    },
    async ready() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, fail) => {
        timer = setTimeout(() => fail(new Error('too slow')), patience);
      });
      const database = await Promise.race([db.$queryRaw`SELECT 1`, late]).then(
        () => 'ok' as const,
        () => 'down' as const,
      );
      clearTimeout(timer);
      return { ready: database === 'ok' && !draining, database, draining };
    },
  };
}
