import { parentPort, workerData } from 'node:worker_threads';
import { GraphQLError } from 'graphql';
import { createPlanBuilder, type PlanTask, readSupergraph } from './planBuilder.ts';
import type { PlanAnswer } from './planThread.ts';
import { broken, reportOf } from './refusals.ts';

// The thread that plans: it says that it is ready, then answers one task after the other. Whoever started it ends it when one takes too long.

const { supergraphSdl } = workerData as { supergraphSdl: string };
const builder = createPlanBuilder(readSupergraph(supergraphSdl));
const answer = (message: PlanAnswer) => parentPort?.postMessage(message);

parentPort?.on('message', (task: PlanTask) => {
  try {
    answer(builder.build(task));
  } catch (error) {
    answer({ refusal: reportOf(error instanceof GraphQLError ? error : broken(error)) });
  }
});
answer('ready');
