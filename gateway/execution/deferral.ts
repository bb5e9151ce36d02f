import type { DeferNode, PlanNode, QueryPlan } from '@apollo/query-planner';
import type { GraphQLError } from 'graphql';

/**
 * What of one running operation comes later. A part starts when the fetches that it depends on are done and is ready when its own are. Its
 * errors are kept apart: they are told with it.
 */
export class Deferral {
  /** Errors that belong to parts still to come, though an earlier part's fetch told them. */
  readonly untold: GraphQLError[] = [];
  readonly #left: Map<string, number>;
  readonly #starts = new Map<string, (() => void)[]>();
  readonly #parts = new Map<string, Part>();
  #open = 0;
  readonly #onSettled: () => void;

  /**
   * @param fetches of the plan that parts may depend on, as `fetchIds` gives them
   * @param onSettled called once nothing runs any more
   */
  constructor(fetches: readonly string[], onSettled: () => void) {
    this.#left = counted(fetches);
    this.#onSettled = onSettled;
  }

  /** Runs what comes first. */
  async run(work: () => Promise<void> | undefined): Promise<void> {
    this.#open++;
    try {
      await work();
    } finally {
      this.#close();
    }
  }

  /** Starts a part once the fetches are done. */
  start(label: string, depends: readonly string[], work: () => Promise<void> | undefined): void {
    const known = this.#parts.get(label);
    const part: Part = known ?? { errors: [], isReady: false, done: Promise.resolve() };
    this.#parts.set(label, part);
    const started = Promise.all(depends.map((id) => this.#fetched(id)));
    const done = Promise.all([part.done, this.run(() => started.then(work))]).then(() => {
      part.isReady = part.done === done;
    });
    part.isReady = false;
    part.done = done;
    // Whoever waits for the part is told; nobody may.
    done.catch(() => undefined);
  }

  /** Says that a fetch is done, whatever came of it. */
  fetched(id: string): void {
    const left = (this.#left.get(id) ?? 0) - 1;
    this.#left.set(id, left);
    if (left <= 0) for (const start of this.#starts.get(id) ?? []) start();
  }

  /** Whether a part's fetches are done. One that the plan does not know comes with the part that it is in. */
  isReady(label: string): boolean {
    return this.#parts.get(label)?.isReady ?? true;
  }

  async ready(label: string): Promise<void> {
    await this.#parts.get(label)?.done;
  }

  errorsOf(label: string): GraphQLError[] {
    return this.#parts.get(label)?.errors ?? [];
  }

  #fetched(id: string): Promise<void> | undefined {
    if ((this.#left.get(id) ?? 0) <= 0) return undefined;
    return new Promise((resolve) => {
      this.#starts.set(id, [...(this.#starts.get(id) ?? []), resolve]);
    });
  }

  #close(): void {
    if (--this.#open === 0) this.#onSettled();
  }
}

interface Part {
  readonly errors: GraphQLError[];
  isReady: boolean;
  done: Promise<void>;
}

/** The ids of a plan's fetches, each as often as fetches have it: one that was split is done when all of it is. */
export function fetchIds(node: QueryPlan['node']): string[] {
  switch (node?.kind) {
    case 'Fetch':
      return node.id === undefined ? [] : [node.id];
    case 'Sequence':
    case 'Parallel':
      return node.nodes.flatMap(fetchIds);
    case 'Flatten':
      return fetchIds(node.node);
    case 'Defer':
      return [node.primary.node, ...node.deferred.map((later) => later.node)].flatMap(fetchIds);
    default:
      return [];
  }
}

/** The parts of a plan's node that come later. */
export const laterParts = (node: DeferNode): { label: string; depends: string[]; node: PlanNode | undefined }[] =>
  node.deferred.map(({ label, depends, node }) => {
    if (label === undefined) throw new Error('A part that comes later without a label.');
    return { label, depends: depends.map(({ id }) => id), node };
  });

function counted(ids: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}
