import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { layOut } from '../../../gateway/explorer/app/plan/layout.ts';
import { type PlanNode, readPlan, roundTrips } from '../../../gateway/explorer/app/plan/plan.ts';
import { aboutFetch, cutPath } from '../../../gateway/explorer/app/plan/words.ts';

const node = (kind: string, children: PlanNode[] = [], more: Partial<PlanNode> = {}): PlanNode => ({
  kind,
  subgraph: '',
  operation: '',
  path: '',
  label: '',
  children,
  ...more,
});
const fetch = (subgraph: string) => node('Fetch', [], { subgraph, operation: `{ ${subgraph} }` });

const { tree } = fc.letrec<{ tree: PlanNode }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('users', 'goals', 'chat').map(fetch),
    fc
      .tuple(
        fc.constantFrom('Sequence', 'Parallel', 'Flatten', 'Condition', 'Defer', 'Novelty'),
        fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
      )
      .map(([kind, children]) => node(kind, children, { path: 'a.@', label: 'x' })),
  ),
}));
const fetches = (each: PlanNode): number =>
  each.kind === 'Fetch' ? 1 : each.children.reduce((sum, child) => sum + fetches(child), 0);

describe('the layout of a plan', () => {
  test('puts each fetch in its place, without one over another, inside the picture', () => {
    fc.assert(
      fc.property(tree, (root) => {
        const { width, height, steps, frames } = layOut(root);
        expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1));
        expect(steps).toHaveLength(fetches(root));
        for (const box of [...steps, ...frames]) {
          expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0);
          expect(box.x + box.width).toBeLessThanOrEqual(width + 1e-6);
          expect(box.y + box.height).toBeLessThanOrEqual(height + 1e-6);
        }
        for (const [index, a] of steps.entries())
          for (const b of steps.slice(index + 1))
            expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(
              true,
            );
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test('goes down for what follows each other and sideways for what runs at once', () => {
    const plan = node('Sequence', [fetch('users'), node('Parallel', [fetch('goals'), fetch('chat')])]);
    const [users, goals, chat] = layOut(plan).steps;
    expect(users!.y + users!.height).toBeLessThan(goals!.y);
    expect(goals!.y).toBe(chat!.y);
    expect(goals!.x + goals!.width).toBeLessThan(chat!.x);
    expect(users!.x + users!.width / 2).toBe((goals!.x + chat!.x + chat!.width) / 2);
  });

  test('connects every fetch from above and to what comes below', () => {
    fc.assert(
      fc.property(tree, (root) => {
        const plan = node('Sequence', [fetch('users'), root, fetch('chat')]);
        const { steps, lines } = layOut(plan);
        const at = ([x, y]: readonly [number, number]) => `${Math.round(x * 10)},${Math.round(y * 10)}`;
        const ends = new Set(lines.map(({ to }) => at(to)));
        const starts = new Set(lines.map(({ from }) => at(from)));
        for (const { x, y, width } of steps.slice(1)) expect(ends).toContain(at([x + width / 2, y]));
        for (const { x, y, width, height } of steps.slice(0, -1))
          expect(starts).toContain(at([x + width / 2, y + height]));
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe('a described plan', () => {
  test('is read as the gateway tells it, and as far as it is understood', () => {
    const graph = {
      kind: 'Sequence',
      children: [
        { kind: 'Fetch', subgraph: 'users', operation: '{ viewer { id } }' },
        {
          kind: 'Flatten',
          path: ['viewer', 'goals', '@'],
          children: [{ kind: 'Fetch', subgraph: 'goals', operation: 'x' }],
        },
        { kind: 7 },
        null,
      ],
    };
    const plan = readPlan({ queryPlan: { text: 'QueryPlan {…}', graph } })!;
    expect(plan.text).toBe('QueryPlan {…}');
    expect(plan.root!.children.map(({ kind }) => kind)).toEqual(['Fetch', 'Flatten']);
    expect(layOut(plan.root!).steps.map(({ path }) => path)).toEqual(['', 'viewer.goals.@']);
    expect(readPlan({ queryPlan: { text: 'QueryPlan {}', graph: null } })).toEqual({
      text: 'QueryPlan {}',
      root: null,
    });
    expect(readPlan({ queryPlan: { text: '', graph: { kind: 'QueryPlan', children: [graph] } } })!.root!.kind).toBe(
      'Sequence',
    );
    for (const nothing of [undefined, null, {}, { queryPlan: 'x' }, 'x']) expect(readPlan(nothing)).toBeNull();
  });

  test('tells how many fetches follow each other', () => {
    const plan = node('Sequence', [
      fetch('users'),
      node('Parallel', [fetch('goals'), node('Sequence', [fetch('chat'), node('Flatten', [fetch('goals')])])]),
    ]);
    expect(roundTrips(plan)).toBe(3);
  });

  test.each([
    ['query Q__users__0{viewer{id name}info:serverInfo{version}}', 'viewer, serverInfo'],
    [
      'query Q__goals__1($representations:[_Any!]!){_entities(representations:$representations){...on Goal{title}...on Milestone{id}}}',
      'of Goal, Milestone',
    ],
    ['mutation M{createGoal(input:$input){goal{id}}}', 'createGoal'],
    ['{ ...F } fragment F on Query { viewer { id } }', 'viewer'],
    ['not a document', ''],
  ])('says in few words what %s fetches', (operation, about) => {
    expect(aboutFetch(operation).about).toBe(about);
  });

  test.each([
    ['viewer.goals.@', 'viewer.goals.@'],
    ['viewer.dashboard.notifications.@.subject', '….@.subject'],
    ['a.veryLongNameThatDoesNotFitByItself', '….veryLongNameThatDoe…'],
  ])('shortens the path %s to its end', (path, short) => {
    expect(cutPath(path, 22)).toBe(short);
  });
});
