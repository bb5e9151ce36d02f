// The entry of the planning thread. tsx leaves worker threads alone, and Jest runs without it: so the thread sees to TypeScript itself.
import { register } from 'tsx/esm/api';

register();
await import('./planWorker.ts');
