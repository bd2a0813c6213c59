/** Frames as the embedded model was trained on. */

/** A worker that looks at what it has to add: its reply is a hundred tokens long. */
export const ADDING = `[role] worker of map m1, step 2 of 3
[task] sum r02
[hold]
h1 r rows/
[q] read r02
[last] SYS_GOTO h1 r02
[at] h1 r02
[page 1/1]
add 4410 and 4900
`;
