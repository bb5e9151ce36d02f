import { useGraphiQL } from '@graphiql/react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { findOperation } from '../fetcher.ts';
import { graphPath, post } from '../graph.ts';
import { session } from '../session.ts';
import { type Plan, readPlan } from './plan.ts';

/** The plan of the operation in the editor, as it is shown. */
export interface ShownPlan {
  /** Kind and name, such as `query Dashboard`. */
  operation: string;
  plan: Plan | null;
  /** Why there is no plan, in a sentence. */
  problem: string | null;
  /** The plan is of what the editor held before. */
  waiting: boolean;
}

/** After this many milliseconds without a key the operation is planned. */
const pause = 400;

/** Follows the editor: asks the gateway for the plan of what stands there. Nothing is run. */
export function usePlan(): ShownPlan {
  const { tabs, activeTabIndex, operationName } = useGraphiQL((state) => ({
    tabs: state.tabs,
    activeTabIndex: state.activeTabIndex,
    operationName: state.operationName,
  }));
  const { credentials } = useSyncExternalStore(session.subscribe, session.state);
  const { query = '', variables = '' } = tabs[activeTabIndex] ?? {};
  const [shown, setShown] = useState<ShownPlan>({ operation: '', plan: null, problem: null, waiting: true });

  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever signs in may see plans that were refused before
  useEffect(() => {
    let wanted = true;
    setShown((before) => ({ ...before, waiting: true }));
    const timer = setTimeout(async () => {
      const found = await planOf(query ?? '', operationName, variables ?? '');
      if (wanted) setShown({ ...found, waiting: false });
    }, pause);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [query, variables, operationName, credentials]);
  return shown;
}

async function planOf(query: string, name: string | undefined, variables: string): Promise<Omit<ShownPlan, 'waiting'>> {
  const node = findOperation(query, name);
  if (!node) return { operation: '', plan: null, problem: 'Write an operation, and its plan appears here.' };
  const operation = [node.operation, node.name?.value].filter(Boolean).join(' ');
  try {
    const request = {
      query,
      operationName: node.name?.value,
      variables: variables.trim() ? (JSON.parse(variables) as unknown) : undefined,
      extensions: { plan: 'only' },
    };
    const { answer } = await post(request, await session.authorization(), {}, `${graphPath}?plan`);
    const plan = readPlan(answer.extensions);
    const reason = answer.errors?.[0]?.message ?? 'The gateway gave no plan. Plans are shown to developers only.';
    return { operation, plan, problem: plan ? null : reason };
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'The variables are not JSON.' : 'The gateway is out of reach.';
    return { operation, plan: null, problem };
  }
}
