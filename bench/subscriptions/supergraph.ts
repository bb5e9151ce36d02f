import { composeSupergraph } from '../../gateway/compose.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: ["@key"])\n`;

/** One subgraph tells of progress, another one has a part of the answer: each event costs two calls and a merge. */
export function supergraph(): string {
  const { supergraphSdl, errors } = composeSupergraph([
    {
      name: 'goals',
      url: 'http://goals.invalid',
      typeDefs: `${link} type Query { goal: Goal } type Goal @key(fields: "id") { id: ID! }
      type Progress { at: Float  number: Int  note: String  goal: Goal } type Subscription { progressUpdated(after: ID): Progress }`,
    },
    {
      name: 'chat',
      url: 'http://chat.invalid',
      typeDefs: `${link} type Goal @key(fields: "id") { id: ID!  talks: [String!] }`,
    },
  ]);
  if (!supergraphSdl) throw new Error(errors?.join());
  return supergraphSdl;
}
