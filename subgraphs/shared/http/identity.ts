/** The name that a robots.txt calls us by. */
export const robotName = 'JarvisBot';

/** Who asks. */
export const identity = { 'user-agent': `${robotName}/1.0` };
