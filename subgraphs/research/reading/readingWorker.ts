import { parentPort } from 'node:worker_threads';
import { readFeed } from './feeds.ts';
import { readPage } from './pages.ts';
import type { ReadingAnswer, ReadingTask } from './readingThread.ts';

// The thread that reads: it says that it is ready, then reads one text after the other. Whoever started it ends it when one takes too long.

const answer = (message: ReadingAnswer) => parentPort?.postMessage(message);

parentPort?.on('message', ({ kind, received }: ReadingTask) => {
  try {
    answer({ read: kind === 'FEED' ? readFeed(received) : readPage(received) });
  } catch (error) {
    answer({ broken: String(error) });
  }
});
answer('ready');
