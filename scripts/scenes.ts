// The moments that docs/screens shows. Each is taken at every size of screens.ts.
import type { Scene } from './render-screen.ts';

export const scenes: Omit<Scene, 'cols' | 'rows'>[] = [];
