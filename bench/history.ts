import { post } from '../tests/support/process.ts';

/** Gives an account ten goals and so many entries over three years, through the API in batches. */
export async function fillHistory(url: string, headers: Record<string, string>, entries: number): Promise<void> {
  const goals: string[] = [];
  for (let i = 0; i < 10; i++) {
    const input =
      i % 2 === 0
        ? {
            title: `Habit ${i}`,
            kind: 'HABIT',
            targetValue: '1',
            frequency: { times: 3, period: 'WEEK' },
            startDate: '2023-11-01',
          }
        : {
            title: `Total ${i}`,
            kind: 'NUMERIC',
            cumulative: true,
            aggregation: 'SUM',
            targetValue: '1000000',
            startDate: '2023-11-01',
            deadline: '2027-12-31',
          };
    const { data, errors } = await post(
      url,
      'mutation ($input: CreateGoalInput!) { createGoal(input: $input) { goal { id } errors { message path } } }',
      { input },
      headers,
    );
    if (errors || data.createGoal.errors.length > 0) throw new Error(JSON.stringify(errors ?? data.createGoal.errors));
    goals.push(data.createGoal.goal.id);
  }
  const start = Date.UTC(2023, 10, 1);
  const days = 1_095;
  for (let at = 0; at < entries; at += 500) {
    const items = Array.from({ length: Math.min(500, entries - at) }, (_, i) => ({
      goalId: goals[(at + i) % goals.length],
      value: '1',
      localDate: new Date(start + ((at + i) % days) * 86_400_000).toISOString().slice(0, 10),
    }));
    const { errors } = await post(
      url,
      'mutation ($input: LogProgressBatchInput!) { logProgressBatch(input: $input) { errors { message } } }',
      { input: { entries: items } },
      headers,
    );
    if (errors) throw new Error(JSON.stringify(errors));
  }
}
