import { createContext, useContext } from 'react';
import { type Look, makeLook } from '../components/look.ts';

/** How to paint; made once from the environment. */
export const LookContext = createContext<Look>(makeLook({ colours: false, unicode: true }));

export const useLook = (): Look => useContext(LookContext);
