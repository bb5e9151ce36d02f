import { defineSubgraph } from '../shared/subgraph.ts';

export const integrations = defineSubgraph({ name: 'integrations', directory: import.meta.dirname, resolvers: {} });
