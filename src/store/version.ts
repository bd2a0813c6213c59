/**
 * The version of everything that `foldLive` folds: the kernel's `evolve`, the projections, and which records are marked. It
 * is written beside each snapshot, and one of another version is not used: what is shown is folded anew.
 *
 * Add 1 whenever the same records may now give another `LiveState`, or other marks. A test pins the number to a digest of a
 * folded run, so that a change that was not thought of is noticed.
 */
export const PROJECTIONS_VERSION = 7;
