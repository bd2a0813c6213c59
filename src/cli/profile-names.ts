/** Which pairs there are: planner and worker by the names of their brains. */
export const PROFILES = {
  /** The demonstration: the planner knows its toy tasks, the workers were stopped early and are often wrong. */
  demo: { planner: 'tiny', worker: 'tiny-early' },
  tiny: { planner: 'tiny', worker: 'tiny' },
  early: { planner: 'tiny-early', worker: 'tiny-early' },
  sim: { planner: 'sim', worker: 'sim' },
} as const;

export type ProfileName = keyof typeof PROFILES;
export const PROFILE_NAMES = Object.keys(PROFILES) as ProfileName[];
