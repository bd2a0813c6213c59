/** A process's own read-only views, and the page tokens under which longer texts are read. */

import type { PageRef } from './records/index.ts';
import type { Proc, State } from './state.ts';
import { page } from './text.ts';
import { capRow, mapText } from './words.ts';

/** Adds the tokens that are new, keeping the last ones that the policy allows. */
export const rememberPages = (state: State, shown: readonly PageRef[]): State => {
  const fresh = shown.filter((ref) => !state.pages.some((known) => known.token === ref.token));
  if (fresh.length === 0) return state;
  return {
    ...state,
    nextPage: state.nextPage + fresh.length,
    pages: [...state.pages, ...fresh].slice(-state.policy.frame.pageTokens),
  };
};

const sameText = (a: PageRef['of'], b: PageRef['of']): boolean =>
  'sha256' in a ? 'sha256' in b && a.sha256 === b.sha256 : 'view' in b && a.view === b.view;

/**
 * Tokens for some pages of a text: known ones again, new ones numbered on.
 * @param ns page numbers, counted from 1
 */
export const pageRefs = (state: State, of: PageRef['of'], ns: readonly number[]): PageRef[] => {
  let next = state.nextPage;
  return ns.map((n) => {
    const known = state.pages.find((ref) => ref.n === n && sameText(ref.of, of));
    return known ?? { token: `p${next++}`, of, n };
  });
};

export const findPage = (state: State, view: string): PageRef | undefined => {
  const token = view.startsWith('sys://page/') ? view.slice('sys://page/'.length) : '';
  return token === '' ? undefined : state.pages.find((ref) => ref.token === token);
};

export const liveCaps = (proc: Proc) => Object.values(proc.caps).filter((cap) => !cap.revoked);

/** A handle as the brain sees it under this run's policy. */
export const shownHandle = (state: State, cap: { handle: string; url: string }): string =>
  state.policy.handleStyle === 'short' ? cap.handle : cap.url;

export const capRows = (state: State, proc: Proc): string[] =>
  liveCaps(proc).map((cap) => capRow(shownHandle(state, cap), cap.rights, cap.target, cap.more));

const CONSENSUS = /^sys:\/\/map\/([^/]+)\/consensus$/;

const joinedMap = (state: State, map: string) => state.joined.find((other) => other.map === map);

/** The text that a view stands for; undefined where there is no such view. Pages of stored blobs are not among them. */
export const viewText = (state: State, proc: Proc, view: string): string | undefined => {
  switch (view) {
    case 'sys://task':
      return proc.task;
    case 'sys://cap':
      return capRows(state, proc).join('\n');
    case 'sys://callstack':
      return proc.stack.join('\n');
    case 'sys://q':
      return proc.q;
    case 'sys://last':
      return proc.last;
    case 'sys://map':
      return mapSection(state, proc);
    case 'sys://trap':
      return proc.trap?.recovery ?? '';
    case 'sys://told':
      return proc.told.join('\n');
  }
  const map = CONSENSUS.exec(view)?.[1];
  return map === undefined ? undefined : consensusText(state, map);
};

/** Results of a joined map, one a line; undefined where it is unknown or a step has no consensus. */
export const consensusText = (state: State, map: string): string | undefined => {
  const results = joinedMap(state, map)?.results;
  if (results === undefined || results.includes(null)) return undefined;
  return results.map((result) => `${result}\n`).join('');
};

/** The `[map]` section: what the last joined map came to. */
export const mapSection = (state: State, proc: Proc): string => {
  const known = proc.map === '' ? undefined : joinedMap(state, proc.map);
  return known === undefined ? '' : mapText(known.map, known.results);
};

/** A page of a view's text, for a process that looks at it. */
export const viewPage = (state: State, proc: Proc, view: string, n: number, size: number) => {
  const text = viewText(state, proc, view);
  if (text === undefined) return undefined;
  const found = page(text, n, size);
  return { ...found, n, chars: text.length };
};
