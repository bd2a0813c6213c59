export { delay } from './delay.js';
export { retryAfter } from './retry-after.js';
