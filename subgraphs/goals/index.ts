import { defineSubgraph } from '../shared/subgraph.ts';

export const goals = defineSubgraph({ name: 'goals', directory: import.meta.dirname, resolvers: {} });
