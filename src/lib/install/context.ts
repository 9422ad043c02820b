import { createContext } from 'svelte';
import type { Install } from './install.svelte.ts';

/** Made at the start, because Chromium offers its prompt once and early. */
export const [getInstall, setInstall] = createContext<Install>();
