/** What an operator may do now with a run that stands so. Pure. */
import type { WhyReport } from './reader.ts';

/** As lists call it: how it ended, or how it is at work. */
export type Standing =
  | 'starting'
  | 'running'
  | 'paused'
  | 'gone'
  | 'passed'
  | 'failed'
  | 'dead'
  | 'limit'
  | 'interrupted'
  | 'killed';

export interface NextVerb {
  /** Behind `turingos`. */
  verb: string;
  why: string;
}

/** @param atHome the run is one of those that verbs find by its id; else only what reads a file or a directory is of use */
export const nextVerbs = (id: string, standing: Standing, why: WhyReport, atHome = true): NextVerb[] =>
  allVerbs(id, standing, why).filter(({ verb }) => atHome || /^(open|verify) /.test(verb));

const allVerbs = (id: string, standing: Standing, why: WhyReport): NextVerb[] => {
  if (why.broken !== null) {
    return [
      { verb: `verify ${id}`, why: 'every break of its journal' },
      ...(why.tick > 0 ? [{ verb: `open ${id}@t${why.tick}`, why: 'as far as it can be read' }] : []),
    ];
  }
  if (standing === 'starting') return [{ verb: `attach ${id}`, why: 'see it begin' }];
  if (standing === 'running' || standing === 'paused') {
    return [
      { verb: `attach ${id}`, why: 'watch it' },
      standing === 'paused'
        ? { verb: `unpause ${id}`, why: 'let it go on' }
        : { verb: `pause ${id}`, why: 'hold it while you look' },
      ...(why.waiting === null ? [] : [{ verb: 'doctor', why: 'whether its endpoints answer' }]),
    ];
  }
  // Of no record nobody can go on.
  if (standing === 'gone' && why.records === 0) return [];
  const isForced = standing === 'killed' && why.ended === null;
  if (standing === 'gone' || isForced) {
    return [
      { verb: `resume ${id}`, why: `go on where its kernel was ${isForced ? 'killed' : 'lost'}` },
      ...(why.tick > 0 ? [{ verb: `open ${id}@t${why.tick}`, why: 'what it was at' }] : []),
    ];
  }
  if (standing === 'passed') return [{ verb: `verify ${id}`, why: 'take every decision again' }, ...look(id, why)];
  return [...look(id, why), ...again(id, why), ...(standing === 'dead' ? [bundle(id)] : [])];
};

/** The tick where it began to go wrong. */
const look = (id: string, { firstThrash, firstTrouble, tick }: WhyReport): NextVerb[] => {
  const at = firstThrash ?? firstTrouble;
  if (at !== null && at.tick > 0) {
    return [{ verb: `open ${id}@t${at.tick}`, why: at === firstThrash ? 'the first thrash' : 'the first trouble' }];
  }
  return tick > 0 ? [{ verb: `open ${id}@t${tick}`, why: 'its last tick' }] : [];
};

/** From before the last unit of the panic budget went, else after the last progress. */
const again = (id: string, { panic, lastProgress }: WhyReport): NextVerb[] => {
  const spent = panic.spent.at(-1);
  if (spent !== undefined && spent.tick > 1)
    return [{ verb: `fork ${id} --at t${spent.tick}`, why: 'again from before the last panic reset' }];
  if (lastProgress !== null && lastProgress.tick > 0)
    return [{ verb: `fork ${id} --at t${lastProgress.tick + 1}`, why: 'again from after the last progress' }];
  return [];
};

const bundle = (id: string): NextVerb => ({
  verb: `bundle ${id}`,
  why: 'keep its death trace, to be verified elsewhere',
});
