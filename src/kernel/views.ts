/** A process's own read-only views, and the page tokens under which longer texts are read. */

import type { PageRef } from './records/index.ts';
import type { Proc, State } from './state.ts';
import { page } from './text.ts';
import { capRow, mapText, placeText, roleLine } from './words.ts';

/** Adds tokens, those shown last at the end, keeping as many as the policy allows. */
export const rememberPages = (proc: Proc, shown: readonly PageRef[], max: number): Proc => {
  if (shown.length === 0) return proc;
  const others = proc.pages.filter((known) => !shown.some((ref) => ref.token === known.token));
  const fresh = shown.length - (proc.pages.length - others.length);
  return { ...proc, nextPage: proc.nextPage + fresh, pages: [...others, ...shown].slice(-max) };
};

const sameText = (a: PageRef['of'], b: PageRef['of']): boolean =>
  'sha256' in a ? 'sha256' in b && a.sha256 === b.sha256 && a.under === b.under : 'view' in b && a.view === b.view;

/**
 * Tokens for some pages of a text: known ones again, new ones numbered on.
 * @param ns page numbers, counted from 1
 */
export const pageRefs = (proc: Proc, of: PageRef['of'], ns: readonly number[]): PageRef[] => {
  let next = proc.nextPage;
  return ns.map((n) => {
    const known = proc.pages.find((ref) => ref.n === n && sameText(ref.of, of));
    return known ?? { token: `p${next++}`, of, n };
  });
};

/** The page that a view names by token; undefined where the process never had the token, or may no longer use it. */
export const findPage = (proc: Proc, view: string): PageRef | undefined => {
  const token = view.startsWith('sys://page/') ? view.slice('sys://page/'.length) : '';
  const ref = token === '' ? undefined : proc.pages.find((page) => page.token === token);
  const under = ref !== undefined && 'sha256' in ref.of ? ref.of.under : undefined;
  return under === undefined || proc.caps[under]?.revoked === false ? ref : undefined;
};

/** Which of its own views a process looks at through a view, or a page of one; '' for none. */
export const viewBehind = (proc: Proc, view: string): string => {
  const ref = findPage(proc, view);
  if (ref === undefined) return view;
  return 'view' in ref.of ? ref.of.view : '';
};

export const liveCaps = (proc: Proc) => Object.values(proc.caps).filter((cap) => !cap.revoked);

/** A handle as the brain sees it under this run's policy. */
export const shownHandle = (state: State, cap: { handle: string; url: string }): string =>
  state.policy.handleStyle === 'short' ? cap.handle : cap.url;

export const capRows = (state: State, proc: Proc): string[] =>
  liveCaps(proc).map((cap) => capRow(shownHandle(state, cap), cap.rights, cap.target, cap.more));

const CONSENSUS = /^sys:\/\/map\/([^/]+)\/consensus$/;

const joinedMap = (proc: Proc, map: string) => proc.joined.find((other) => other.map === map);

/** The text that a view stands for; undefined where there is no such view. Pages of stored blobs are not among them. */
export const viewText = (state: State, proc: Proc, view: string): string | undefined => {
  switch (view) {
    case 'sys://role':
      return roleOf(proc);
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
      return mapSection(proc);
    case 'sys://trap':
      return proc.trap?.recovery ?? '';
    case 'sys://notice':
      return noticeOf(proc);
    case 'sys://told':
      return toldText(proc);
    case 'sys://at':
      return placeText(proc.d);
  }
  const map = CONSENSUS.exec(view)?.[1];
  return map === undefined ? undefined : consensusText(proc, map);
};

export const roleOf = ({ role, step }: Proc): string =>
  step === null ? roleLine(role) : roleLine(role, { map: step.map, n: step.n, of: step.of });

export const toldText = (proc: Proc): string => proc.told.map(({ text }) => text).join('\n');

export const noticeOf = (proc: Proc): string => [proc.missing, proc.notice].filter((text) => text !== '').join('\n');

/** Results of a joined map, one a line; undefined where it is unknown or a step has no consensus. */
export const consensusText = (proc: Proc, map: string): string | undefined => {
  const results = joinedMap(proc, map)?.results;
  if (results === undefined || results.includes(null)) return undefined;
  return results.map((result) => `${result}\n`).join('');
};

/** The `[map]` section: what the last joined map came to. */
export const mapSection = (proc: Proc): string => {
  const last = proc.joined.at(-1);
  return last === undefined ? '' : mapText(last.map, last.results);
};

/** A page of a view's text, for a process that looks at it. */
export const viewPage = (state: State, proc: Proc, view: string, n: number, size: number) => {
  const text = viewText(state, proc, view);
  if (text === undefined) return undefined;
  const found = page(text, n, size);
  return { ...found, n, chars: text.length };
};
