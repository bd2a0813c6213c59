/** Denied asks, grouped by the shape of the handle that was asked for. */
import type { State } from '../../kernel/state.ts';
import type { Rec } from '../record.ts';
import { drop, putBounded } from '../ring.ts';

export interface DeniedShape {
  shape: string;
  need: string;
  reason: 'unknown' | 'revoked' | 'insufficient' | 'path';
  pids: readonly number[];
  roles: readonly ('planner' | 'worker')[];
  lastTick: number;
  times: number;
  /** The nearest handle that the process held: `h3 w ANSWER.txt`; '' for none. */
  nearest: string;
  /** Whether its last frame had shown that handle. */
  shown: boolean;
}

export interface Denied {
  total: number;
  shapes: Readonly<Record<string, DeniedShape>>;
  /** Handles in each live process's last frame. */
  frames: Readonly<Record<string, readonly string[]>>;
}

export const noDenied: Denied = { total: 0, shapes: {}, frames: {} };
const SHAPES_KEPT = 64;
const PIDS_KEPT = 16;

/** `h<n>`, `vfd://rw/<name>`, `vfd://w/<hex>/<name>`: what an invented handle looks like, without what is particular to it. */
export const shapeOf = (asked: string): string => {
  if (/^h\d+$/.test(asked)) return 'h<n>';
  const url = /^vfd:\/\/([^/]*)(?:\/([^/]*))?(?:\/(.+))?$/.exec(asked);
  if (url !== null) {
    const [, rights = '', second, rest] = url;
    if (second === undefined) return `vfd://${rights}`;
    if (rest === undefined) return `vfd://${rights}/<name>`;
    return `vfd://${rights}/${/^[0-9a-f]{2,}$/.test(second) ? '<hex>' : '<dir>'}/<name>`;
  }
  if (/^[\w-]+:\/\//.test(asked)) return `${asked.slice(0, asked.indexOf('://'))}://<name>`;
  return asked.includes('/') ? '<path>' : '<name>';
};

export const foldDenied = (denied: Denied, rec: Rec, before: State): Denied => {
  switch (rec.kind) {
    case 'frame.composed':
      return { ...denied, frames: { ...denied.frames, [rec.pid]: rec.handles } };
    case 'process.ended':
      return { ...denied, frames: drop(denied.frames, rec.pid) };
    case 'capability.denied': {
      const proc = before.procs[rec.pid];
      const shape = shapeOf(rec.asked);
      const key = `${rec.need} ${shape}`;
      const old = denied.shapes[key];
      const cap = rec.nearest === null ? undefined : proc?.caps[rec.nearest];
      const row: DeniedShape = {
        shape,
        need: rec.need,
        reason: rec.reason,
        pids: [...new Set([...(old?.pids ?? []), rec.pid])].slice(-PIDS_KEPT),
        roles: [...new Set([...(old?.roles ?? []), proc?.role ?? 'worker'])],
        lastTick: rec.tick,
        times: (old?.times ?? 0) + 1,
        nearest: cap === undefined ? (rec.nearest ?? '') : `${cap.handle} ${cap.rights} ${cap.target}`,
        shown: rec.nearest !== null && (denied.frames[rec.pid] ?? []).includes(rec.nearest),
      };
      return {
        ...denied,
        total: denied.total + 1,
        shapes: putBounded(drop(denied.shapes, key), key, row, SHAPES_KEPT),
      };
    }
    default:
      return denied;
  }
};
