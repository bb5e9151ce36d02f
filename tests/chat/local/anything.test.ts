import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ToolResult, Turn } from '../../../subgraphs/shared/models/provider.ts';
import { answerOf, callsOf, eventsOf, talk, textOf } from './world.ts';

/** Words that mean something to the assistant, in no order. */
const words = fc.constantFrom(
  ...'log ran read remind me every at in on to 5 5k 20 pages km h min tomorrow yesterday Monday March 31 2026-02-30 how am I doing with streak and , . ? " “ ” ( ) goal habit create new skip pause yes no the second both remember that find my notes erinnere mich um 8 Uhr an jeden Tag ich habe gelesen gelaufen neues Ziel bis und wie läuft 1:30 99:99 0 €'.split(
    ' ',
  ),
);
const babble = fc.array(words, { maxLength: 40 }).map((list) => list.join(' '));
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  babble,
);

/** JSON of the shapes that tools answer with, but with anything in any place. */
const names = fc.constantFrom(
  ...'data viewer goals nodes edges node id title unit kind status pace delta dueText streak current period percent currentValue targetValue dashboard todayProgress dueCount doneCount dueToday behind logProgress createGoal createReminder reminder entry goal errors message localDate excerpt text searchNotes weekdays timeOfDay nextOccurrenceAt forecast date frequency times'.split(
    ' ',
  ),
);
const leaf = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(
    null,
    'ACTIVE',
    'HABIT',
    'DAY',
    'BEHIND',
    '__proto__',
    '2026-02-31',
    '2026-03-11',
    '9999-99-99',
    '+275760-09-13T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '1e999',
    '-0',
    'constructor',
  ),
);
const { anything } = fc.letrec((tie) => ({
  anything: fc.oneof(
    { maxDepth: 5 },
    leaf,
    fc.array(tie('anything'), { maxLength: 4 }),
    fc.dictionary(names, tie('anything'), { maxKeys: 6 }),
  ),
}));
const anyContent = fc.oneof(
  anything.map((value) => JSON.stringify(value) ?? ''),
  fc.string({ maxLength: 50 }),
);

/** Parts of a right answer replaced by anything: it comes further than what is all wrong. */
function spoiled(value: unknown, chance: () => number, other: () => unknown): unknown {
  if (chance() < 0.08) return other();
  if (Array.isArray(value)) return value.map((item) => spoiled(item, chance, other));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, spoiled(item, chance, other)]));
}

const anyResult: fc.Arbitrary<ToolResult> = fc.record({
  id: fc.constantFrom('local_1_1', 'local_1_2', 'x'),
  name: fc.constantFrom('ListGoals', 'LogProgress', 'Today', ''),
  content: anyContent,
  isError: fc.boolean(),
});
const anyTurn: fc.Arbitrary<Turn> = fc.oneof(
  fc.record({ role: fc.constant('user' as const), text: anyText }),
  fc.record({
    role: fc.constant('assistant' as const),
    text: anyText,
    toolCalls: fc.array(
      fc.record({ id: fc.constantFrom('local_1_1', 'x'), name: fc.constant('ListGoals'), arguments: anyContent }),
      { maxLength: 3 },
    ),
  }),
  fc.record({ role: fc.constant('tools' as const), results: fc.array(anyResult, { maxLength: 3 }) }),
);

describe('whatever is said', () => {
  test('there is an answer, and it ends', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        expect(await talk().say(text)).toMatch(/\S/);
      }),
      { numRuns: 1500 },
    );
  });

  test('in several turns, too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(babble, { minLength: 2, maxLength: 4 }), async (texts) => {
        const { say } = talk();
        for (const text of texts) expect(await say(text)).toMatch(/\S/);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['one letter', 'a'.repeat(100_000)],
    ['digits', `log ${'1'.repeat(100_000)}`],
    ['digits and commas', `log ${'1,'.repeat(50_000)}`],
    ['spaces', `log${' '.repeat(100_000)}5 km`],
    ['quotes', '"'.repeat(100_000)],
    ['open quotes', '“'.repeat(100_000)],
    ['line breaks', '\n'.repeat(100_000)],
    ['fences', '```a'.repeat(25_000)],
    ['requests', 'log 5 km run and '.repeat(6000)],
    ['sentences', 'I read 20 pages. '.repeat(6000)],
    ['brackets', `log 5 km (${'('.repeat(99_000)}`],
    ['weekdays', `remind me every ${'Monday, '.repeat(12_000)}`],
    ['half characters', '\ud800'.repeat(100_000)],
  ])('100,000 characters: %s', async (_name, text) => {
    expect(await talk().say(text)).toMatch(/\S/);
  });
});

describe('whatever tools answer', () => {
  const requests = [
    'log 5 km run yesterday',
    'log 3 miles run and 20 pages',
    'how am I doing with reading?',
    'am I on track?',
    'my streak',
    'summary of today',
    'what next',
    'list my goals',
    'show my life areas',
    'what are my reminders',
    'what do you remember about me',
    'remind me tomorrow at 8 to run',
    'skip running today',
    'pause yoga',
    'complete yoga',
    'mark yoga as done',
    'create a goal to read 24 books this year',
    "remember that I'm tired",
    'find my notes on knees',
    'search messages about x',
    'search my research for x',
    'change running to 200 km',
  ];

  test('there is an answer, and it ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...requests),
        fc.infiniteStream(anyContent),
        fc.boolean(),
        async (text, contents, isError) => {
          const { say } = talk({ result: () => ({ content: contents.next().value, isError }) });
          expect(await say(text)).toMatch(/\S/);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('also when only a part of it is wrong', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...requests),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.infiniteStream(anything),
        async (text, chances, others) => {
          const world = answerOf();
          const { say } = talk({
            answer: (call) =>
              spoiled(
                world(call),
                () => chances.next().value,
                () => others.next().value,
              ),
          });
          expect(await say(text)).toMatch(/\S/);
        },
      ),
      { numRuns: 1500 },
    );
  });

  test('in talks that make no sense', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyTurn, { maxLength: 8 }), async (turns) => {
        const events = await eventsOf({ turns });
        expect(events.at(-1)?.kind).toBe('end');
        expect(callsOf(events).length > 0 || textOf(events) !== '' || !turns.some(({ role }) => role === 'user')).toBe(
          true,
        );
      }),
      { numRuns: 500 },
    );
  });

  test('a result of a megabyte', async () => {
    const title = 'x'.repeat(1_000_000);
    const { say } = talk({ answer: () => ({ data: { viewer: { goals: { nodes: [{ id: 'a', title }] } } } }) });
    expect((await say('list my goals')).length).toBeLessThan(1000);
  });
});
