import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import type { Context } from '../../subgraphs/shared/context.ts';
import { invalid } from '../../subgraphs/shared/errors.ts';
import { canonical, preserve, revive } from '../../subgraphs/shared/idempotency.ts';
import { newId } from '../../subgraphs/shared/ids.ts';
import { transaction } from '../../subgraphs/shared/subgraph.ts';
import { startTestPlatform } from '../support/platform.ts';
import { smallSubgraph, viewerOf } from '../support/smallSubgraph.ts';

const sdl = `
  type Query { nothing: String }
  type Mutation {
    charge(input: ChargeInput!): ChargePayload!
    other(input: ChargeInput!): ChargePayload!
  }
  input ChargeInput { amount: Decimal! note: String }
  type ChargePayload { charge: Charge secret: String errors: [UserError!]! }
  type Charge { number: Int! amount: Decimal! at: DateTime! big: String! }
`;

let house: Awaited<ReturnType<typeof startTestPlatform>>;
let run: ReturnType<typeof smallSubgraph>['run'];
/** Whether charges are refused at the moment. */
let refuse = false;
beforeAll(async () => {
  house = await startTestPlatform();
  await house.db.$executeRaw`CREATE TABLE charges (number serial, user_id text, amount numeric)`;
  const charge = async (_: unknown, { input }: { input: { amount: Decimal; note?: string } }, ctx: Context) => {
    const rows = await ctx.db.$queryRaw<{ number: number }[]>`
      INSERT INTO charges (user_id, amount) VALUES (${ctx.viewer?.userId ?? null}, ${input.amount}) RETURNING number`;
    if (refuse) throw invalid(['amount'], 'Not now.');
    if (input.note === 'breaks') throw new Error('the database is on fire');
    const made = { number: rows[0]!.number, amount: input.amount, at: ctx.now(), big: 2n ** 70n };
    return { charge: made, secret: 'key_shown_once' };
  };
  ({ run } = smallSubgraph(house.platform, sdl, {
    resolvers: { Mutation: { charge, other: charge }, Charge: { big: ({ big }: { big: bigint }) => `${big / 2n}` } },
  }));
});
afterAll(() => house.stop());

let ana = viewerOf('');
let ben = viewerOf('');
beforeEach(async () => {
  refuse = false;
  [ana, ben] = [viewerOf(newId('user')), viewerOf(newId('user'))];
});

const payload = 'charge { number amount at big } secret errors { code message path }';
const withKey = (field = 'charge') =>
  `mutation ($key: String!, $input: ChargeInput!) { answer: ${field}(input: $input) @idempotent(key: $key) { ${payload} } }`;
const charge = async (key: string, input: object, viewer = ana, field = 'charge') => {
  const { data, errors } = await run(withKey(field), { key, input }, { viewer });
  if (errors) throw Object.assign(new Error(JSON.stringify(errors)), { errors });
  return (data as { answer: { charge: { number: number } | null; errors: { code: string }[] } }).answer;
};
const chargesOf = async (viewer = ana) =>
  Number(
    (await house.db.$queryRaw<{ count: bigint }[]>`SELECT count(*) FROM charges WHERE user_id = ${viewer.userId}`)[0]!
      .count,
  );

describe('a mutation with an idempotency key', () => {
  test('has its effect once, and answers the second time as the first, dates and numbers included', async () => {
    const first = await charge('k', { amount: '12.50' });
    expect(first).toMatchObject({
      charge: { amount: '12.5', at: '2026-03-10T12:00:00.000Z', big: String(2n ** 69n) },
      errors: [],
    });
    expect(await charge('k', { amount: '12.50' })).toEqual(first);
    expect(await chargesOf()).toBe(1);
  });

  test('is a CONFLICT with other input or another field, and the first answer stays', async () => {
    const first = await charge('k', { amount: 1 });
    const conflict = {
      charge: null,
      secret: null,
      errors: [{ code: 'CONFLICT', path: [], message: expect.anything() }],
    };
    expect(await charge('k', { amount: 2 })).toEqual(conflict);
    expect(await charge('k', { amount: 1 }, ana, 'other')).toEqual(conflict);
    expect(await charge('k', { amount: 1 })).toEqual(first);
    expect(await chargesOf()).toBe(1);
  });

  test('belongs to one user: another may use the same key', async () => {
    const [first, other] = [await charge('k', { amount: 1 }), await charge('k', { amount: 2 }, ben)];
    expect(other.charge!.number).not.toBe(first.charge!.number);
    expect([await chargesOf(ana), await chargesOf(ben)]).toEqual([1, 1]);
  });

  test('sent fifty times at once has one effect, and all get the same answer', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => charge('k', { amount: 3 })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]!.errors).toEqual([]);
    expect(await chargesOf()).toBe(1);
  });

  test('gets a refusal again, though it would be accepted by now', async () => {
    refuse = true;
    const refusals = await Promise.all(Array.from({ length: 5 }, () => charge('k', { amount: 4 })));
    expect(refusals[0]!.errors).toEqual([{ code: 'INVALID', message: 'Not now.', path: ['amount'] }]);
    refuse = false;
    expect(await charge('k', { amount: 4 })).toEqual(refusals[0]);
    expect(await chargesOf()).toBe(0);
    expect((await charge('k2', { amount: 4 })).errors).toEqual([]);
  });

  test('may be tried again after an error of ours, which is not an answer', async () => {
    await expect(charge('k', { amount: 5, note: 'breaks' })).rejects.toThrow('Something went wrong on our side.');
    expect(await house.db.idempotencyKey.count({ where: { userId: ana.userId } })).toBe(0);
    expect(await chargesOf()).toBe(0);
  });

  test('keeps no answer in plain text: it may hold what is shown only once', async () => {
    await charge('k', { amount: 6 });
    const row = await house.db.idempotencyKey.findFirst({ where: { userId: ana.userId } });
    expect(row!.result).toMatch(/^v2\./);
    expect(JSON.stringify(row)).not.toContain('key_shown_once');
  });

  test.each([
    ['an empty key', ''],
    ['a key of 256 characters', 'k'.repeat(256)],
    ['a key with NUL', 'a\0b'],
  ])('refuses %s', async (_, key) => {
    await expect(charge(key, { amount: 7 })).rejects.toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    expect(await chargesOf()).toBe(0);
  });

  test('takes a key of 255 characters of any kind', async () => {
    const key = '🗝'.repeat(127);
    expect(await charge(key, { amount: 8 })).toEqual(await charge(key, { amount: 8 }));
  });

  test('means nothing for somebody who is not signed in', async () => {
    const variables = { key: 'k', input: { amount: 9 } };
    const [one, two] = [await run(withKey(), variables), await run(withKey(), variables)];
    expect(one).not.toEqual(two);
  });
});

describe('a mutation that manages its transactions itself, with an idempotency key', () => {
  let alone: Awaited<ReturnType<typeof startTestPlatform>>;
  let runAlone: typeof run;
  let effects = 0;
  /** What an attempt does besides counting. */
  let also: () => Promise<unknown> = async () => {};
  beforeAll(async () => {
    // With one connection, whoever holds one while asking for another waits for itself.
    alone = await startTestPlatform({ connections: 1 });
    const outside = async (_: unknown, { input }: { input: { amount: Decimal } }, ctx: Context) => {
      const number = await transaction(ctx.root, async (tx) => {
        await tx.$executeRaw`SELECT 1`;
        return ++effects;
      });
      await also();
      return { charge: { number, amount: input.amount, at: ctx.now(), big: '2' } };
    };
    ({ run: runAlone } = smallSubgraph(alone.platform, sdl, {
      withoutTransaction: ['charge'],
      resolvers: { Mutation: { charge: outside } },
    }));
  });
  afterAll(() => alone.stop());
  beforeEach(() => {
    effects = 0;
    also = async () => {};
  });
  const outside = async (key: string, amount = 1): Promise<any> => {
    const { data, errors } = await runAlone(withKey(), { key, input: { amount } }, { viewer: ana });
    return errors ? { thrown: errors[0]!.extensions?.code } : (data as { answer: unknown }).answer;
  };
  const conflicts = { charge: null, errors: [{ code: 'CONFLICT' }] };

  test('holds one connection at a time, has its effect once, and answers the second time as the first', async () => {
    const first = await outside('k');
    expect(first).toMatchObject({ charge: { number: 1 }, errors: [] });
    expect(await outside('k')).toEqual(first);
    expect(await outside('k', 2)).toMatchObject(conflicts);
    expect(effects).toBe(1);
  });

  test('gets a refusal again, and may be tried again after an error of ours', async () => {
    also = () => Promise.reject(invalid(['amount'], 'Not now.'));
    const refusal = await outside('refused');
    expect(refusal).toMatchObject({ charge: null, errors: [{ code: 'INVALID' }] });
    also = () => Promise.reject(new Error('Apple is on fire'));
    expect(await outside('broken')).toEqual({ thrown: 'INTERNAL_SERVER_ERROR' });
    also = async () => {};
    expect(await outside('refused')).toEqual(refusal);
    expect((await outside('broken')).errors).toEqual([]);
  });

  test('sent again while it is under way is a CONFLICT, as it is when the outcome was lost', async () => {
    also = async () => expect(await outside('busy')).toMatchObject(conflicts);
    expect((await outside('busy')).errors).toEqual([]);
    expect(effects).toBe(1);
    await alone.db.idempotencyKey.updateMany({ where: { userId: ana.userId, key: 'busy' }, data: { result: null } });
    expect(await outside('busy')).toMatchObject(conflicts);
    expect(effects).toBe(1);
  });
});

describe('the header Idempotency-Key', () => {
  const twoFields = `mutation ($input: ChargeInput!) { a: charge(input: $input) { ${payload} } b: charge(input: $input) { ${payload} } }`;

  test('counts for each field by itself', async () => {
    const send = () => run(twoFields, { input: { amount: 1 } }, { viewer: ana, idempotencyKey: 'h' });
    const first = await send();
    expect(first.errors).toBeUndefined();
    expect(await send()).toEqual(first);
    expect(await chargesOf()).toBe(2);
  });

  test('gives way to the key of a field', async () => {
    const request = { viewer: ana, idempotencyKey: 'h' };
    const input = { amount: 1 };
    await run(withKey(), { key: 'k1', input }, request);
    await run(withKey(), { key: 'k2', input }, request);
    expect(await chargesOf()).toBe(2);
  });
});

describe('stored answers', () => {
  const leaf = fc.oneof(
    fc.string(),
    fc.string().map((text) => `\u0001${text}`),
    fc.constantFrom('\u0001date 2026-01-01', '\u0001', '$date'),
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
    fc.date({ noInvalidDate: true }),
    fc.bigInt(),
    fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map((n) => new Decimal(n.toString()).div('1e12')),
  );
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('node'), { maxKeys: 4 }),
    ),
  })).node;

  test('come back as they were, whatever they hold', () => {
    fc.assert(
      fc.property(tree, (value) => {
        fc.pre(!JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? 0 : v)).includes('__proto__'));
        expect(normal(revive(preserve(value)))).toEqual(normal(value));
      }),
    );
  });

  test('the same input has one fingerprint, in whatever order its fields stand, and other input another', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), tree), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonical(turned)).toBe(canonical(value));
        expect(canonical({ ...value, added: 1 })).not.toBe(canonical({ ...value, added: 2 }));
      }),
    );
  });
});

/** jest compares -0 and 0, and objects with and without a prototype, more strictly than JSON does. */
function normal(value: unknown): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(normal);
  if (value instanceof Date || Decimal.isDecimal(value) || value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, normal(part)]));
}
