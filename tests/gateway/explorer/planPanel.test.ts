import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createExplorerHandler } from '../../../gateway/explorer/serve.ts';
import { describeInChromium, type Tab } from './browser.ts';
import { StandIn } from './standIn.ts';

const fetch = (subgraph: string, operation: string) => ({ kind: 'Fetch', subgraph, operation });
const entities = (subgraph: string, path: string, types: string) => ({
  kind: 'Flatten',
  path: path.split('.'),
  children: [
    fetch(
      subgraph,
      `query Life__${subgraph}__1($representations:[_Any!]!){_entities(representations:$representations){${types}}}`,
    ),
  ],
});
const parallel = (...children: unknown[]) => ({ kind: 'Parallel', children });
const sequence = (...children: unknown[]) => ({ kind: 'Sequence', children });

const plan = {
  text: 'QueryPlan {\n  Sequence {\n    Fetch(service: "users") {\n      …\n    }\n  }\n}',
  graph: sequence(
    fetch('users', 'query Life__users__0{viewer{id name dashboard{__typename id}}}'),
    parallel(
      sequence(
        entities('integrations', 'viewer.dashboard', '...on Dashboard{notifications(first:3){id title}}'),
        parallel(
          entities('goals', 'viewer.dashboard.notifications.@.subject', '...on Goal{title}...on Milestone{title}'),
          entities('research', 'viewer.dashboard.notifications.@.subject', '...on ResearchResult{title}'),
        ),
      ),
      entities('goals', 'viewer.dashboard', '...on Dashboard{goals{id title}}'),
      entities('chat', 'viewer.dashboard', '...on Dashboard{recentConversations{id}}'),
    ),
  ),
};

describeInChromium('the query plan of the operation in the editor', (windows) => {
  let graph: StandIn;

  beforeEach(async () => {
    graph = await new StandIn(createExplorerHandler()).start();
    graph.plan = plan;
  });

  afterEach(() => graph.stop());

  const open = async (operation: string, viewport?: { width: number; height: number }): Promise<Tab> => {
    const tab = await windows.open(graph.origin, viewport);
    await tab.write('operation', operation);
    await tab.button('Show Query plan').click();
    return tab;
  };

  test('is a picture of fetches, worked by mouse and keyboard, and a text', async () => {
    const tab = await open('query Life { viewer { id } }', { width: 1440, height: 900 });
    const { page } = tab;
    const panel = page.getByRole('region', { name: 'Query plan' });
    const picture = panel.getByRole('group', { name: 'Query plan with 6 fetches' });
    await picture.waitFor();
    await panel.getByText('6 fetches · 5 subgraphs · 3 round trips').waitFor();
    const detail = panel.getByRole('region', { name: 'Fetch' });
    expect(await detail.textContent()).toContain('dashboard');
    await tab.picture('plan-light');

    const goals = picture.getByRole('button', {
      name: 'Fetch 3 of 6: goals, of Goal, Milestone at viewer.dashboard.notifications.@.subject',
    });
    await goals.focus();
    await goals.hover();
    await detail.getByText('... on Milestone').waitFor();
    await picture.getByText('answer').hover();
    await detail.getByText('name').waitFor();

    await page.keyboard.press('Enter');
    await detail.getByText('... on Milestone').waitFor();
    expect(await goals.getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Tab');
    await page.keyboard.press(' ');
    await detail.getByText('... on ResearchResult').waitFor();

    await panel.getByRole('button', { name: 'text' }).click();
    await panel.getByText('Fetch(service: "users")').waitFor();
    await panel.getByRole('button', { name: 'picture' }).click();

    await panel.getByRole('button', { name: 'Enlarge' }).click();
    const large = page.getByRole('dialog', { name: 'Query plan of query Life' });
    await large.getByRole('group', { name: 'Query plan with 6 fetches' }).waitFor();
    await tab.picture('plan-large-light');
    await page.keyboard.press('Escape');
    await large.waitFor({ state: 'hidden' });

    await page.emulateMedia({ colorScheme: 'dark' });
    await tab.picture('plan-dark');
    await panel.getByRole('button', { name: 'Enlarge' }).click();
    await large.waitFor();
    await tab.picture('plan-large-dark');
    expect(graph.ran.filter((operation) => operation.includes('query Life'))).toEqual([]);
  }, 60_000);

  test('follows the editor without running anything, mutations neither', async () => {
    const tab = await open('mutation Log { logProgress(input: { goalId: "goal_1", value: "5" }) { goal { id } } }');
    const panel = tab.page.getByRole('region', { name: 'Query plan' });
    await panel.getByText('mutation Log').first().waitFor();
    graph.plan = { text: 'QueryPlan {}', graph: null };
    await tab.write('operation', 'query Kind { __typename }');
    await panel.getByText('No subgraph is asked').waitFor();
    await tab.write('operation', 'query {');
    await panel.getByText('Write an operation').waitFor();
    graph.plan = null;
    await tab.write('operation', 'query Refused { viewer { id } }');
    await panel.getByText('Plans are for developers.').waitFor();
    expect(graph.planned.some((operation) => operation.includes('mutation Log'))).toBe(true);
    expect(graph.ran.some((operation) => operation.includes('mutation Log'))).toBe(false);
  }, 60_000);

  test('fits a narrow window', async () => {
    const tab = await open('query Life { viewer { id } }', { width: 390, height: 800 });
    await tab.page.getByRole('group', { name: 'Query plan with 6 fetches' }).waitFor();
    expect(await tab.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await tab.picture('plan-narrow');
  }, 60_000);
});
