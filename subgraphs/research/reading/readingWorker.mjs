// The entry of the reading thread. tsx leaves worker threads alone, and Jest runs without it: so the thread sees to TypeScript itself.
import { register } from 'tsx/esm/api';

register();
await import('./readingWorker.ts');
