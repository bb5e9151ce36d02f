import type { Person, TestGraph } from '../../support/graph.ts';

/** What tests of rules ask for and do again and again. */

export const runFields = `id state trigger event eventId subjectId localOccurrence value depth reason message retryAt startedAt endedAt
  retryOf { id }
  steps { index kind state input output error attempts endedAt }`;

const create = `mutation ($input: CreateAutomationRuleInput!) { createAutomationRule(input: $input) {
  automationRule { id version } errors { code message path }
} }`;

export const whenCompleted = [{ event: { event: 'goal.completed' } }];
export const tellMe = [{ notification: { title: 'Done', kind: 'ALERT' } }];

/** Writes a rule and returns its id. */
export async function makeRule(person: Person, input: object = {}): Promise<string> {
  const whole = { name: 'Rule', triggers: whenCompleted, actions: tellMe, ...input };
  const { createAutomationRule: made } = await person.data(create, { input: whole });
  if (made.errors.length > 0) throw new Error(JSON.stringify(made.errors));
  return made.automationRule.id;
}

/** What is wrong with a rule, as codes and paths. */
export async function refusalsOf(person: Person, input: object): Promise<string[]> {
  const whole = { name: 'Rule', triggers: whenCompleted, actions: tellMe, ...input };
  const { createAutomationRule: made } = await person.data(create, { input: whole });
  return made.errors.map(({ code, path }: { code: string; path: string[] }) => `${code} ${path.join('.')}`);
}

/** The runs of a rule, oldest first. */
export async function runsOf(person: Person, ruleId: string): Promise<any[]> {
  const { node } = await person.data(
    `query ($id: ID!) { node(id: $id) { ... on AutomationRule { runs(last: 100) { nodes { ${runFields} } } } } }`,
    { id: ruleId },
  );
  return node.runs.nodes.toReversed();
}

/** Reactions, then jobs, until nobody has anything left to do now. */
export async function work(graph: TestGraph): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await graph.settle();
    await graph.runJobs();
  }
}

export async function makeRealGoal(person: Person, input: object = {}): Promise<string> {
  const { createGoal } = await person.data(
    'mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { id } errors { code message path } } }',
    { input: { title: 'Read', kind: 'NUMERIC', unit: 'pages', targetValue: '100', cumulative: true, ...input } },
  );
  if (createGoal.errors.length > 0) throw new Error(JSON.stringify(createGoal.errors));
  return createGoal.goal.id;
}

export const logProgress = (person: Person, input: object) =>
  person.data('mutation ($input: LogProgressInput!) { logProgress(input: $input) { errors { code message } } }', {
    input,
  });

export const notificationsOf = async (person: Person): Promise<any[]> =>
  (await person.data('{ viewer { notifications(first: 100) { nodes { kind title body subjectId } } } }')).viewer
    .notifications.nodes;
