import { type ExecutionResult, GraphQLError } from 'graphql';
import type { Subscription } from '../../gateway/execution/subscriptions.ts';

/**
 * The answers of a subscription, one after the other, as a test reads them: each event is answered when its turn comes.
 * @returns errors when it cannot start.
 */
export async function answersOf(
  open: () => Subscription,
  answer: (event: unknown) => Promise<ExecutionResult>,
  client?: AbortSignal,
): Promise<AsyncGenerator<ExecutionResult, void> | ExecutionResult> {
  const waiting: (() => Promise<IteratorResult<ExecutionResult, void>>)[] = [];
  let wake = () => {};
  const push = (next: () => Promise<IteratorResult<ExecutionResult, void>>) => {
    waiting.push(next);
    wake();
  };
  const done = { done: true, value: undefined } as const;
  let stop: () => void;
  let isOver = false;
  try {
    stop = await open().listen({
      event: (event) => push(async () => ({ done: false, value: await answer(event) })),
      end: (failure) => {
        if (failure) push(async () => ({ done: false, value: { errors: [failure as GraphQLError] } }));
        push(async () => done);
      },
    });
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [error] };
    throw error;
  }
  const end = () => {
    if (isOver) return;
    isOver = true;
    stop();
    wake();
  };
  client?.addEventListener('abort', end);
  const answers: AsyncGenerator<ExecutionResult, void> = {
    async next() {
      for (;;) {
        if (isOver) return done;
        const next = waiting.shift();
        if (!next) {
          await new Promise<void>((woken) => {
            wake = woken;
          });
          continue;
        }
        const result = await next();
        if (result.done) end();
        return result;
      }
    },
    async return() {
      end();
      return done;
    },
    async throw(error) {
      end();
      throw error;
    },
    [Symbol.asyncIterator]: () => answers,
    async [Symbol.asyncDispose]() {
      end();
    },
  };
  return answers;
}
