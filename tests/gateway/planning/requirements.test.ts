import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { federate } from '../execution/federation.ts';

/** Prices in several currencies; shipping needs two of them, one at a time and at a place below. */
const shop = () =>
  federate({
    products: {
      sdl: `
        type Query { products: [Product]  item: Item  cheapest: Priced }
        enum Currency { EUR USD GBP }
        input Round { digits: Int = 0 }
        interface Priced { id: ID!  price(currency: Currency! = EUR, round: Round): Int }
        type Product implements Priced @key(fields: "id") {
          id: ID!  price(currency: Currency! = EUR, round: Round): Int  parts: [Part!]
        }
        type Item implements Priced @key(fields: "id") {
          id: ID!  price(currency: Currency! = EUR, round: Round): Int  near: Priced
        }
        type Part { weight(unit: String!): Int }`,
      resolvers: (() => {
        const price = ({ id }: { id: string }, { currency }: { currency: string }) =>
          Number(id) * { EUR: 10, USD: 20, GBP: 30 }[currency as 'EUR'];
        return {
          Query: {
            products: () => [{ id: '1' }, null, { id: '2' }],
            item: () => ({ id: '3' }),
            cheapest: () => ({ id: '3' }),
          },
          Priced: { __resolveType: () => 'Item' },
          Product: {
            price,
            parts: ({ id }: { id: string }) => [{ id }, { id: `${id}0` }],
          },
          Item: { price, near: ({ id }: { id: string }) => ({ id: id + id }) },
          Part: {
            weight: ({ id }: { id: string }, { unit }: { unit: string }) =>
              unit === 'none' ? null : Number(id) * (unit === 'g' ? 1000 : 1),
          },
        };
      })(),
    },
    shipping: {
      sdl: `
        enum Currency { EUR USD GBP }
        input Round { digits: Int = 0 }
        type Part @external { weight(unit: String!): Int }
        interface Shipped { free: Int }
        type Product implements Shipped @key(fields: "id") {
          id: ID!
          price(currency: Currency! = EUR, round: Round): Int @external
          parts: [Part!] @external
          inDollars: Int @requires(fields: "price(currency: USD)")
          inPounds: Int @requires(fields: "price(currency: GBP, round: { digits: 2 })")
          alsoInPounds: Int @requires(fields: "price(currency: GBP, round: { digits: 2 })")
          plain: Int @requires(fields: "price")
          grams: [Int] @requires(fields: "parts { weight(unit: \\"g\\") }")
          nothing: [Int] @requires(fields: "parts { weight(unit: \\"none\\") } price(currency: USD)")
          free: Int
        }
        interface Priced { price(currency: Currency! = EUR, round: Round): Int }
        type Item implements Priced @key(fields: "id") {
          id: ID!
          price(currency: Currency! = EUR, round: Round): Int @external
          near: Priced @external
          inDollars: Int @requires(fields: "price(currency: USD)")
          nearInPounds: Int @requires(fields: "near { price(currency: GBP) }")
        }`,
      resolvers: (() => {
        const price = (product: { price?: number }) => product.price;
        const weights = ({ parts }: { parts: { weight: number }[] }) => parts.map(({ weight }) => weight);
        return {
          Product: {
            inDollars: price,
            inPounds: price,
            alsoInPounds: price,
            plain: price,
            grams: weights,
            nothing: weights,
            free: ({ id }: { id: string }) => (id === '2' ? Promise.reject(new Error('Not free')) : 0),
          },
          Item: { inDollars: price, nearInPounds: ({ near }: { near: { price: number } }) => near.price },
          Priced: { __resolveType: () => 'Item' },
        };
      })(),
    },
  });

describe('a field with arguments inside @requires', () => {
  test('leaves the client its own arguments for that field', async () => {
    const { run } = shop();
    expect(
      await run(
        'query($c: Currency! = GBP) { products { price(currency: $c) inDollars euro: price } item { price inDollars } }',
      ),
    ).toEqual({
      data: {
        products: [{ price: 30, inDollars: 20, euro: 10 }, null, { price: 60, inDollars: 40, euro: 20 }],
        item: { price: 30, inDollars: 60 },
      },
    });
  });

  test('has its own value for each @requires that gives other arguments', async () => {
    const { run, calls } = shop();
    expect(await run('{ products { inDollars inPounds alsoInPounds plain free } }')).toEqual({
      data: {
        products: [
          { inDollars: 20, inPounds: 30, alsoInPounds: 30, plain: 10, free: 0 },
          null,
          { inDollars: 40, inPounds: 60, alsoInPounds: 60, plain: 20, free: null },
        ],
      },
      errors: [expect.objectContaining({ message: 'Not free', path: ['products', 2, 'free'] })],
    });
    // One call for each set of values that cannot be told at once, and none that is told what it does not need.
    const told = calls
      .filter(({ subgraph }) => subgraph === 'shipping')
      .map(({ variables }) => (variables.representations as { price?: number }[])[0]);
    expect(told.map((representation) => representation?.price).sort()).toEqual([10, 20, 30]);
    expect(JSON.stringify(told)).not.toContain('required');
  });

  test('may lie below', async () => {
    const { run } = shop();
    expect(await run('{ products { grams nothing inDollars parts { weight(unit: "kg") } } }')).toMatchObject({
      data: {
        products: [
          { grams: [1000, 10000], nothing: [null, null], inDollars: 20, parts: [{ weight: 1 }, { weight: 10 }] },
          null,
          { grams: [2000, 20000], nothing: [null, null], inDollars: 40, parts: [{ weight: 2 }, { weight: 20 }] },
        ],
      },
    });
  });

  test('shows in no schema of a client, and may not be asked for by another name', async () => {
    const { planner, prepare, run } = shop();
    const fields = Object.keys((planner.apiSchema.getType('Product') as any).getFields());
    expect(fields.sort()).toEqual([
      ...['alsoInPounds', 'free', 'grams', 'id', 'inDollars', 'inPounds', 'nothing', 'parts', 'plain', 'price'],
    ]);
    const own = JSON.stringify((await planner.plan(parse('{ products { inDollars } }'))).queryPlan).match(
      /required_\d+_price/,
    )?.[0];
    expect(own).toBeDefined();
    await expect(prepare(`{ products { ${own} } }`)).rejects.toThrow(/Cannot query field/);
    expect(await run('{ products { inDollars inPounds } }')).not.toHaveProperty('errors');
  });

  test('is found through an interface too', async () => {
    const { run } = shop();
    expect(
      await run('{ cheapest { price(currency: GBP) ... on Item { near { price } nearInPounds inDollars } } }'),
    ).toEqual({
      data: { cheapest: { price: 90, near: { price: 330 }, nearInPounds: 990, inDollars: 60 } },
    });
  });
});
