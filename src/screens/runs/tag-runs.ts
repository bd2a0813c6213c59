/** Tagging from the list: the runs that are marked, else the one under the cursor, each at its last tick. */
import { isEmptyTag, parseTag, type Tag, tagText } from '../../store/tags.ts';
import type { RunRow } from './runs-model.ts';
import type { RunsContext } from './runs-view.ts';

const tagAt = (run: RunRow): Tag | undefined => run.tags?.find(({ tick }) => tick === run.tick);

export const askTag = ({ view, update }: RunsContext, under: RunRow | undefined): void => {
  const { marked, rows } = view();
  const runs = marked.length > 0 ? rows.filter(({ id }) => marked.includes(id)) : under === undefined ? [] : [under];
  const [first] = runs;
  if (first === undefined) return;
  const blank = runs.find(({ tick }) => tick === 0);
  if (blank !== undefined) {
    return update({ message: { tone: 'info', text: `${blank.id.slice(0, 4)} has no tick yet that could be tagged.` } });
  }
  const old = runs.length === 1 ? tagAt(first) : undefined;
  // The blank is where one goes on.
  const text = old === undefined ? '' : `${tagText(old)} `;
  update({ tagging: { ids: runs.map(({ id }) => id), text }, message: null });
};

/** One run's tag becomes what was typed; of several each keeps its own, and gets what was typed besides. */
const changed = (run: RunRow, typed: Pick<Tag, 'text' | 'labels'>, alone: boolean): Tag => {
  const old = tagAt(run);
  const kept = alone || old === undefined ? { text: '', labels: [] } : old;
  return {
    ...{ tick: run.tick, seq: run.records, by: 'operator', at: new Date().toISOString() },
    text: [...new Set([kept.text, typed.text])].filter((text) => text !== '').join('; '),
    labels: [...new Set([...kept.labels, ...typed.labels])],
  };
};

export const keepTags = ({ view, update, writeTag }: RunsContext): void => {
  const { rows, tagging } = view();
  if (tagging === null) return;
  const typed = parseTag(tagging.text);
  const runs = rows.filter(({ id }) => tagging.ids.includes(id));
  const alone = runs.length === 1;
  const changes = isEmptyTag(typed) ? runs.filter((run) => alone && tagAt(run) !== undefined) : runs;
  update({ tagging: null });
  try {
    for (const run of changes) {
      const tags = writeTag(run.id, changed(run, typed, alone));
      update({ rows: view().rows.map((row) => (row.id === run.id ? { ...row, tags } : row)) });
    }
  } catch (error) {
    return update({ message: { tone: 'error', text: error instanceof Error ? error.message : String(error) } });
  }
  const [first] = changes;
  if (first === undefined) return;
  const which = alone ? `${first.id.slice(0, 4)} t${first.tick}` : `The last ticks of ${changes.length} runs`;
  const text = isEmptyTag(typed) ? `${which} has no tag any more.` : `${which} ${alone ? 'is' : 'are'} tagged.`;
  update({ message: { tone: 'info', text } });
};
