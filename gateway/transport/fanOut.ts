import type { ExecutionResult } from 'graphql';
import type { LoggedEvent } from '../../subgraphs/shared/events.ts';
import type { Gateway, RunOptions } from '../gateway.ts';
import type { PreparedPlan } from '../planning/planner.ts';
import type { GatewayContext } from '../sources/embedded.ts';

/**
 * Subscriptions with shared answers: however many sockets of a user ask the same of one event, it is executed once. The
 * event object is the same for all of them (the feed reads the log once a user), so answers hang on it and go with it.
 */
export function shareAnswers(gateway: Gateway) {
  const shared = new WeakMap<LoggedEvent, Map<string, Promise<ExecutionResult>>>();
  return {
    subscribe(plan: PreparedPlan, options: RunOptions): ReturnType<Gateway['subscribe']> {
      const { viewer } = (options.context as GatewayContext).request;
      const { after: _, ...variables } = (options.variables ?? {}) as Record<string, unknown>;
      const key = JSON.stringify([plan.key, variables, viewer?.scopes]);
      const executeOnce = (event: unknown, run: () => Promise<ExecutionResult>) => {
        const answers = shared.get(event as LoggedEvent) ?? new Map<string, Promise<ExecutionResult>>();
        shared.set(event as LoggedEvent, answers);
        let answer = answers.get(key);
        if (!answer) {
          answer = run();
          answers.set(key, answer);
        }
        return answer;
      };
      return gateway.subscribe(plan, { ...options, executeOnce });
    },
  };
}
