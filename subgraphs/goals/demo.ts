import type { DemoAccount } from '../shared/subgraph.ts';

/** The domain's part of the demo account. */
export async function demo(_: DemoAccount): Promise<void> {}
