/** What it takes to store what the relay seldom says. */
import { dropEarlier } from './earlier.ts';
import { storeLost } from './losses.ts';
import { purge } from './purge.ts';

export const seldom = { dropEarlier, storeLost, purge };
