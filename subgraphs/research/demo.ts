import type { DemoAccount } from '../shared/subgraph.ts';
export async function makeDemo(_demo: DemoAccount): Promise<void> {}
