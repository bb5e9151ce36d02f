import { defineSubgraph } from '../shared/subgraph.ts';

export const chat = defineSubgraph({ name: 'chat', directory: import.meta.dirname, resolvers: {} });
