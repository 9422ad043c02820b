/** What it takes to store what the relay seldom says, and to follow what seldom becomes of it. */
import { dropEarlier } from './earlier.ts';
import { storeLost } from './losses.ts';
import { dropLandedCopies } from './private-copy.ts';
import { purge } from './purge.ts';
import { renameDrafts } from './renamed-drafts.ts';

export const seldom = { dropEarlier, storeLost, purge, renameDrafts, dropLandedCopies };
