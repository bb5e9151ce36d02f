import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ensureDemoData } from '../../../subgraphs/demo.ts';
import { startServer, type TestServer } from '../../support/server.ts';
import { describeInChromium } from './browser.ts';

describeInChromium('the explorer on the graph itself', (windows) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer('embedded', { DEMO_DATA: 'auto' });
    await ensureDemoData(server.platform);
  }, 120_000);

  afterAll(() => server?.stop(), 60_000);

  test('a stranger signs in, sees a life, makes a goal and watches it being reached in another tab', async () => {
    const tab = await windows.open(server.url);
    expect(await tab.who.textContent()).toBe('Not signed in');
    await tab.picture('welcome');
    const nobody = await tab.ask();
    expect([nobody.errors, nobody.data.viewer]).toEqual([undefined, null]);
    await tab.signIn();
    const welcome = await tab.ask();
    expect([welcome.errors, welcome.data.viewer.id]).toEqual([undefined, expect.stringMatching(/^user_/)]);
    await tab.picture('signed-in');

    await tab.openExample('Dashboard');
    const { data, errors } = await tab.ask();
    expect(errors).toBeUndefined();
    const { dashboard } = data.viewer;
    // users, goals, chat, research, integrations: each has something to show.
    expect(data.viewer.name).toEqual(expect.any(String));
    expect(dashboard.goals.length).toBeGreaterThan(0);
    expect(dashboard.recentConversations.length).toBeGreaterThan(0);
    expect(dashboard.pendingResearchResults.nodes.length).toBeGreaterThan(0);
    expect(dashboard.notifications.length).toBeGreaterThan(0);
    await tab.shows('"urgencyLoad"');
    await tab.picture('dashboard');
    await tab.button('Show Query plan').click();
    const plan = tab.page.getByRole('region', { name: 'Query plan' });
    await plan.getByText(/^\d+ fetches · 5 subgraphs · \d+ round trips$/).waitFor();
    await tab.picture('dashboard-plan');
    await plan.getByRole('button', { name: 'Enlarge' }).click();
    await tab.page.getByRole('dialog', { name: 'Query plan of query Dashboard' }).waitFor();
    await tab.picture('dashboard-plan-large');
    await tab.page.keyboard.press('Escape');

    await tab.openExample('CreateGoal');
    const { createGoal } = (await tab.ask()).data;
    expect(createGoal.errors).toEqual([]);
    await tab.shows('"createGoal"');
    await tab.picture('create-goal');

    const [progress, completion] = [await windows.open(server.url), await windows.open(server.url)];
    await progress.button('Sign out').waitFor();
    await completion.button('Sign out').waitFor();
    for (const [watching, example] of [
      [progress, 'ProgressUpdated'],
      [completion, 'GoalCompleted'],
    ] as const) {
      await watching.openExample(example);
      await watching.run();
      await watching.events.getByText(`${example} live`).waitFor();
    }

    // The example speaks of the goal that was just made; up to the target it takes a hundred of its 5 km.
    await tab.openExample('LogProgress');
    const first = (await tab.ask()).data.logProgress;
    expect([first.errors, first.goal.id, first.goal.currentValue]).toEqual([[], createGoal.goal.id, '5']);
    await tab.picture('log-progress');
    await progress.events.getByText('1 event').waitFor();
    await tab.write('variables', JSON.stringify({ input: { goalId: createGoal.goal.id, value: '495' } }));
    const last = (await tab.ask()).data.logProgress;
    expect([last.errors, last.goal.status]).toEqual([[], 'COMPLETED']);

    await progress.events.getByText('2 events').waitFor();
    await progress.shows('"value": "495"');
    await completion.events.getByText('1 event').waitFor();
    await completion.shows('"goalCompleted"');
    await progress.events.getByRole('listitem').first().locator('summary').click();
    await progress.picture('subscription');
    await completion.page.emulateMedia({ colorScheme: 'dark' });
    await completion.picture('subscription-dark');

    await tab.button('Show Documentation Explorer').click();
    const docs = tab.page.getByRole('region', { name: 'Documentation Explorer' });
    await docs.getByText('Mutation', { exact: true }).click();
    await docs.getByRole('link', { name: 'logProgress', exact: true }).waitFor();
    await tab.picture('docs');
    await docs.getByRole('link', { name: 'logProgress', exact: true }).click();
    await tab.page.emulateMedia({ colorScheme: 'dark' });
    await tab.picture('docs-dark');

    await tab.button('Sign out').click();
    await progress.button('Sign in (development)').waitFor();
  }, 120_000);

  test('a stranger talks to the assistant: approves what waits, asks, and watches the answer being written', async () => {
    const tab = await windows.open(server.url);
    const known = tab.page.waitForResponse(async (answer) =>
      (await answer.text().catch(() => '')).includes('toolCalls'),
    );
    await Promise.all([known, tab.signIn()]);
    await tab.openExample('Conversation');
    const { conversation } = (await tab.ask()).data;
    const waiting = conversation.messages.nodes.at(-1);
    expect(waiting.status).toBe('WAITING');
    const { id, confirmation } = waiting.toolCalls.at(-1);
    await tab.picture('chat-waiting');
    await tab.openExample('ApproveToolCall');
    await tab.write('variables', JSON.stringify({ input: { id, confirmation } }));
    const { approveToolCall } = (await tab.ask()).data;
    expect([approveToolCall.errors, approveToolCall.toolCall.state]).toEqual([[], 'APPROVED']);

    await tab.openExample('SendMessage');
    const { sendMessage } = (await tab.ask()).data;
    expect(sendMessage.errors).toEqual([]);
    await tab.shows('"sendMessage"');
    // The example takes the reply's id from what was just answered.
    await tab.openExample('MessageStream');
    await tab.run();
    await tab.shows('"END"');
    await tab.events.getByText('MessageStream ended').waitFor();
    await tab.events.getByRole('listitem').first().waitFor();
    await tab.picture('chat-stream');
  }, 120_000);

  test('every example that needs no secret runs as it is opened', async () => {
    const tab = await windows.open(server.url);
    // It may come before the page shows that somebody is signed in.
    const textOf = (answer: { text(): Promise<string> }) => answer.text().catch(() => '');
    const known = tab.page.waitForResponse(async (answer) => (await textOf(answer)).includes('lifeAreas'));
    await Promise.all([known, tab.signIn()]);
    for (const example of [
      'LogProgress',
      'GoalDetail',
      'ReorderLifeAreas',
      'UpdateProfile',
      'Changes',
      'Settings',
      'LifeAreas',
      'Conversations',
      'Conversation',
      'SearchMessages',
      'ForkConversation',
      'UpdateConversation',
      'AddNote',
      'Memories',
      'CreateMemory',
      'UpdateMemory',
      'DeleteMemory',
      'Assistant',
      'UpdateAssistantSettings',
      'GrantAiConsent',
      'WithdrawAiConsent',
      'AiLedger',
      'Insights',
      'MarkInsightsRead',
      'DismissInsight',
      'SendMessage',
      'ReplyDetail',
    ]) {
      await tab.openExample(example);
      const { data, errors } = await tab.ask();
      const payload = Object.values(data ?? {})[0] as { errors?: unknown[] } | null;
      expect([example, errors, payload?.errors ?? []]).toEqual([example, undefined, []]);
      expect(payload).not.toBeNull();
    }
    await tab.picture('many-tabs');
  }, 120_000);
});
