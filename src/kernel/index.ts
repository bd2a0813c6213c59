/** The kernel's public face: pure types and functions. */
export * from './chaos.ts';
export { inEffect } from './decide/orders.ts';
export { parseReply } from './decide/reply.ts';
export * from './decide.ts';
export * from './digest.ts';
export * from './evolve.ts';
export * from './frame.ts';
export * from './policy.ts';
export { costText, durationText } from './price.ts';
export * from './records/index.ts';
export * from './seated.ts';
export * from './settable.ts';
export * from './state.ts';
export * from './syscalls.ts';
export * from './task.ts';
export * from './text.ts';
export { HOME, lastText, noticeText, type Place, placeText, type TrapCode, trapText } from './words.ts';
