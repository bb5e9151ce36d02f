import type { ResearchRun, ResearchRunStep, ResearchSnapshot } from '../../../prisma/generated/client.ts';
import type {
  ResearchRunErrorCode,
  ResearchRunState,
  ResearchStep,
  ResearchStepState,
  ResearchTrigger,
} from '../generated.ts';

/** Rows as Prisma reads them, with the words that the tables' CHECKs allow. */
export type RunRow = ResearchRun & {
  state: ResearchRunState;
  trigger: ResearchTrigger;
  step: ResearchStep;
  errorCode: ResearchRunErrorCode | null;
};
export type RunStepRow = Omit<ResearchRunStep, 'counts'> & {
  step: ResearchStep;
  state: ResearchStepState;
  counts: Record<string, number>;
};
export type SnapshotRow = ResearchSnapshot & { kind: 'PAGE' | 'FEED' | 'ITEM' };

/** The steps in order. */
export const steps = ['PLAN', 'GATHER', 'EXTRACT', 'VERIFY', 'WRITE'] as const satisfies readonly ResearchStep[];

/** States in which a run takes its category's place: another one must wait. */
export const openStates = ['QUEUED', 'RUNNING'] as const satisfies readonly ResearchRunState[];
